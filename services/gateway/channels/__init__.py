"""The channels that customers write on, one package each, all of the same shape.

A channel is an object with
- `name`: as it stands in the webhook's path and in `InboundMessage.channel`;
- `admits(headers, credentials)`: whether a webhook call may come from the provider, as far as can be told before its
  body is read; of others no body is kept;
- `is_authentic(headers, body, credentials)`: whether a webhook call comes from the provider, in constant time;
- `read(update, channel_account_id)`: the provider's JSON as a list of `Inbound`, empty when there is nothing to keep;
- `send(credentials, delivery)`: one try to send a part of a reply, as the outcome fields of a DeliveryReport;
- `show_typing(credentials, external_chat_id)`: whether the provider took it;
- `acknowledge_button(credentials, button_press_id)`: stops the button's spinner; only where buttons have one.
`__main__` makes them and hands them to the webhook, the delivery worker and the typing indicator.
"""
