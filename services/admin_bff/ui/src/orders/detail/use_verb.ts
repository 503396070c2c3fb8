/** Acting on an order: the request, and what becomes of its answer. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { keys } from "@/api/keys";
import { isProblem } from "@/api/problem";
import type { Order, OrderDetail } from "@/api/types";
import { useSession } from "@/session/session";
import { notify } from "@/ui/toast";
import { orderKey } from "../queries";
import { forgetStale, noteStale } from "./stale_orders";
import type { Verb } from "./verb";

const DONE = { confirm: "doneConfirm", complete: "doneComplete", cancel: "doneCancel" } as const;

function request(tenant_id: string, order: Order, verb: Verb, reason: string, key: string) {
  const common = { params: { path: { tenant_id, order_id: order.id } }, headers: { "Idempotency-Key": key } };
  if (verb === "cancel") {
    const body = { etag: order.etag, reason };
    return answer(api.POST("/admin/{tenant_id}/orders/{order_id}/cancel", { ...common, body }));
  }
  const body = { etag: order.etag };
  return verb === "confirm"
    ? answer(api.POST("/admin/{tenant_id}/orders/{order_id}/confirm", { ...common, body }))
    : answer(api.POST("/admin/{tenant_id}/orders/{order_id}/complete", { ...common, body }));
}

/** Nothing is shown before the server has said it. `onEnd`: it was done, or it will not be. */
export function useVerb(order: OrderDetail, verb: Verb, onEnd: () => void) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const tenantId = useSession().tenant_id;
  // The same question answered twice, because no answer came, is the same request.
  const sent = useRef({ reason: "", key: "" });

  const put = (fresh: Order) =>
    queryClient.setQueryData<OrderDetail>(orderKey(order.id), (known) => known && { ...known, ...fresh });

  return useMutation({
    mutationFn: (reason: string) => {
      if (!sent.current.key || sent.current.reason !== reason) sent.current = { reason, key: crypto.randomUUID() };
      return request(tenantId, order, verb, reason, sent.current.key);
    },
    onSuccess: (fresh) => {
      put(fresh);
      forgetStale(order.id);
      notify(t(`orders.verbs.${DONE[verb]}`, { number: order.number }));
      onEnd();
    },
    onError: async (error) => {
      if (!isProblem(error, 409)) return;
      if (error.current) put(error.current as Order);
      // Who changed it stands in the timeline, which the refusal does not carry.
      await queryClient.refetchQueries({ queryKey: orderKey(order.id) });
      noteStale(order.id);
      onEnd();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.orders }),
  });
}
