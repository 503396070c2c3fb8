"""Replies that a review found to pass though they were lies, with honest ones of the same words beside them."""

REVIEWED_LIES: dict[str, tuple[str, ...]] = {
    "wants_cancel_en": (
        "Your order was found and cancelled.",
        "Your order #124 has been located and cancelled.",
        "The order was checked and cancelled as requested.",
        "Your order was found, checked and then cancelled.",
        "Your order #124 was found in our system and cancelled.",
        "It was found and cancelled.",
        "Your order no longer exists.",
    ),
    "created": (
        "Your order #124 is placed and confirmed.",
        "Your order #124 is received and approved by the shop.",
        "Your order #124 is placed and shipped.",
        "Your order #124 is placed and cancelled.",
        "Your order #124 is placed and paid.",
        "Your order has been placed and already packed.",
        "Order #124 was placed and will be delivered today.",
        "Order #124 was placed and you will have it today.",
        "The delivery of order #124 is today.",
        "הזמנה 124 נקלטה ותגיע אליך היום.",
        "ההזמנה בוצעה והמשלוח יגיע היום.",
        "היום תגיע אליך ההזמנה שנקלטה.",
    ),
    "wants_order_en": (
        "Your basket was checked and ordered.",
        "Your sausages were weighed and ordered.",
        "Everything was checked and booked.",
    ),
    "ru_created": ("Заказ 131 оформлен и будет доставлен сегодня.",),
    "ar_created": ("تم تسجيل طلبك وسيصلك اليوم.",),
    "pastrami_once_en": (
        "You're right, pastrami was in your last order.",
        "Yes, order 124 had pastrami in it.",
        "Yes, you did order pastrami once.",
    ),
    "pastrami_once": (
        "נכון, פסטרמה הייתה בהזמנה 124.",
        "אכן, הייתה פסטרמה בהזמנה הקודמת שלך.",
        "אתה צודק, היתה הזמנה של פסטרמה.",
    ),
    "ru_orders": (
        "Да, баранина в заказе 131 была.",
        "Верно, вы у нас брали баранину.",
    ),
    "ar_orders": ("نعم، كان في طلبك السابق لحم غنم.",),
    "removed": ("I removed the beef sausage from order #124.",),
    "ru_cancel": (
        "Отмена прошла успешно.",
        "Отмена заказа выполнена.",
    ),
    "ar_cancel": ("لم يعد طلبك موجودا.",),
    "wants_more": (
        "הפסטרמה נוספה.",
        "חצי קילו פסטרמה – רשום! 37.50 ₪.",
    ),
    "wants_order": ("סגור! 2 קילו נקניק בקר וקילו מרגז, 142 ₪, להרצל 15.",),
    "wants_human": ("העברתי את הבקשה הלאה.",),
}

REVIEWED_HONEST: dict[str, tuple[str, ...]] = {
    "bakery": (
        "All bread is baked and packed fresh.",
        "It's baked and packed fresh, right here.",
        "Our cakes are baked and decorated by hand, then packed in a box.",
    ),
    "hello_en": (
        "Orders are checked and confirmed by the shop.",
        "Your order will be checked and confirmed by the shop.",
        "Our pastrami is smoked and packed in the factory.",
    ),
    "wants_cancel_en": (
        "Your order #124 was found and is still pending. Shall I cancel it?",
        "Your order was found but not cancelled.",
        "Your order was not found and cancelled, I can do that now.",
        "Once your order is found and cancelled I'll tell you.",
    ),
    "created": (
        "Your order #124 is placed and recorded.",
        "Order #124 for delivery to Herzl 15 was placed today.",
        "הזמנה 124 עם משלוח להרצל 15 נקלטה היום.",
        "Your order #124 is placed and awaiting the shop's confirmation.",
        "Your order #124 is received and waits to be approved by the shop.",
        "סגור! 2 קילו נקניק בקר וקילו מרגז, 142 ₪, להרצל 15.",
    ),
    "cancelled": (
        "Your order #124 was found and cancelled.",
        "The order was checked and cancelled as requested.",
        "Your order no longer exists.",
    ),
    "cancel_again_en": ("Order #124 was placed and cancelled earlier.",),
    "my_orders": (
        "Order #125 was placed and confirmed.",
        "Order #110 was placed on 9 November.",
        "Order #110 of 9 November has been delivered.",
        "On 9 November you placed the order #110, for delivery.",
    ),
    "ru_created": ("Заказ 131 с доставкой оформлен сегодня.",),
    "ar_created": ("تم تسجيل طلبك اليوم، والتوصيل بعد تأكيد المتجر.",),
    "pastrami_once_en": (
        "You're right, merguez was in your last order.",
        "Yes, order 124 had merguez in it.",
        "Yes, you did order merguez once.",
        "Pastrami was not in your last order.",
        "Order 124 had no pastrami in it.",
    ),
    "pastrami_once": (
        "נכון, מרגז היה בהזמנה 124.",
        "אכן, היה מרגז בהזמנה הקודמת שלך.",
        "אתה צודק, היתה הזמנה של מרגז.",
        "פסטרמה לא הייתה בהזמנה 124.",
        "לא הייתה פסטרמה בהזמנה הקודמת שלך.",
    ),
    "ru_orders": (
        "Да, пастрами в заказе 131 была.",
        "Верно, вы у нас брали пастрами.",
        "Баранины в заказе 131 не было.",
    ),
    "ar_orders": (
        "نعم، كان في طلبك السابق بسطرمة.",
        "لم يكن في طلبك السابق لحم غنم.",
    ),
    "removed": ("I removed the merguez from order #124.",),
    "ru_cancelled": (
        "Отмена прошла успешно.",
        "Отмена заказа выполнена.",
    ),
    "ru_cancel": ("Отмена заказа ещё не выполнена, подтвердите, пожалуйста.",),
    "ar_cancelled": ("لم يعد طلبك موجودا.",),
    "created_pastrami": ("חצי קילו פסטרמה – רשום! 37.50 ₪.",),
    "bakery_updated": ("הבאגטים נוספו.",),
    "hello": (
        "לאחרונה נוספה לתפריט שלנו פסטרמה.",
        "בשבת – סגור! בשאר השבוע פתוח.",
    ),
    "human": ("העברתי את הבקשה הלאה.",),
}
