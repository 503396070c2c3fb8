"""Replies that are true in their scene, by scene: none of them should be touched."""

_CATALOG_HE = """היי! ברוכים הבאים לולדמן 🥩 הנה מה שיש לנו:

**נקניקיות**
• נקניק בקר — 45 ₪ לק"ג
• מרגז חריף — 52 ₪ לק"ג (חריף!)
• נקניקיות עוף ועשבי תיבול — 38 ₪ לק"ג

**בשר טרי**
• סטייק אנטריקוט — 120 ₪ לק"ג, מיושן 21 יום
• בשר טחון (80/20) — 55 ₪ לק"ג, מעולה להמבורגרים ולקציצות
• חזה עוף — 42 ₪ לק"ג
• צלעות כבש — 95 ₪ לק"ג

**מעדנייה**
• חזה הודו מעושן — 68 ₪ לק"ג
• פסטרמה — 75 ₪ לק"ג
• סלמי איטלקי — 82 ₪ לק"ג

מה תרצו להזמין?"""

_CATALOG_EN = """Hello! Here's what we offer (prices per kg):
1. Classic Beef Sausage – 45 ₪
2. Spicy Merguez – 52 ₪
3. Chicken & Herb Sausage – 38 ₪
4. Premium Ribeye Steak – 120 ₪
5. Ground Beef (80/20) – 55 ₪
6. Chicken Breast Fillets – 42 ₪
7. Lamb Chops – 95 ₪
8. Smoked Turkey Breast – 68 ₪
9. Pastrami – 75 ₪
10. Italian Salami – 82 ₪
Would you like to order something?"""

HONEST: dict[str, tuple[str, ...]] = {
    "hello": (
        _CATALOG_HE,
        "היי! אנחנו מוכרים נקניקיות, בשר טרי ומעדנייה. מה מעניין אותך?",
        "הבשר הטחון שלנו מעולה לקציצות ולהמבורגר, 55 ₪ לק\"ג.",
        "משלוח עולה 25 ₪, וחינם מעל 300 ₪.",
        "אין לנו שניצל עגל, אבל יש חזה עוף ב-42 ₪ לקילו.",
        "אשמח לעזור! אפשר להזמין כאן, ואני ארשום את ההזמנה.",
        "אנחנו פתוחים ראשון עד חמישי 08:00-19:00 ובשישי עד 14:00. טלפון: 03-5551234.",
        "אם תרצה, אני יכול להוסיף פסטרמה להזמנה.",
        "הפסטרמה שלנו מיוצרת במקום עם תערובת תבלינים סודית. משהו נוסף?",
    ),
    "hello_en": (
        _CATALOG_EN,
        "We don't have veal schnitzel, sorry. How about chicken breast at 42 ₪ per kg?",
        "I can't promise delivery tomorrow; delivery takes up to 2 business days.",
        "Shall I place an order for 2 kg of pastrami for 150 ₪?",
        "Our ground beef is an 80/20 mix, great for burgers and meatballs.",
        "Prices range from 38 ₪ to 120 ₪ per kg.",
        "The merguez is 7 ₪ more per kg than the classic beef sausage.",
        "Once you tell me the quantity, I'll place the order and it will be pending until the shop confirms it.",
        "Our ribeye is aged for 21 days. Our salami is made with wine and pepper, and it's our #1 seller.",
        "Would you like me to add it to an order?",
        "We were founded decades ago and we've added wine and pepper to our salami recipe ever since.",
    ),
    "ask_pastrami": ("75 ₪ לק״ג 🙂", "הפסטרמה שלנו עולה 75 ש\"ח לקילו, כלומר 37.50 ₪ לחצי קילו.", "פסטרמה - \u200f75\u200f ₪ לק\"ג, 7.50 ₪ ל-100 גרם.", "הפסטרמה עולה שבעים וחמישה שקלים לקילו."),
    "ask_two_kilos": (
        "2 kg × 45 = 90 ₪ and 1 kg × 52 = 52 ₪, so 142 ₪ in total.",
        "That would be 142 ₪. Shall I place the order?",
        "- 2 kg Classic Beef Sausage: 90 ₪\n- 1 kg Spicy Merguez: 52 ₪\n**Total: 142 ₪**\nWith delivery (25 ₪): 167 ₪",
        "It comes to 142.00 ILS plus 25 ILS delivery. I haven't placed anything yet.",
        "2 ק\"ג במחיר 45 ₪ לק\"ג — סך הכל 90 ₪, ועוד קילו מרגז ב-52 ₪.",
    ),
    "budget": (
        "For your budget of 200 ₪ I'd suggest 2 kg of beef sausage (90 ₪) and 2 kg of chicken breast (84 ₪): 174 ₪ in total.",
        "With 200 ₪ you could get 1 kg of lamb chops (95 ₪) and 1 kg of chicken breast (42 ₪), 137 ₪ together.",
    ),
    "claims_40": (
        "I understand you mentioned 40 ₪, but the beef sausage is 45 ₪ per kg.",
        "The price isn't 40 ₪, it's 45 ₪ per kg.",
        "Did you mean 40 ₪ per kg? Our current price is 45 ₪.",
        "I don't see a record of an order at 40 ₪.",
    ),
    "wants_cancel": (
        "האם לבטל את הזמנה #124 בסך 142 ₪?",
        "בטוח שברצונך לבטל את ההזמנה?",
        "אני יכול לבטל את ההזמנה, רק תאשר לי בבקשה.",
        "לא הצלחתי לבטל את ההזמנה, אנסה שוב.",
        "עדיין לא ביטלתי את ההזמנה. לבטל?",
    ),
    "wants_cancel_en": (
        "Are you sure you want me to cancel order #124?",
        "I wasn't able to cancel it just now, sorry.",
        "Your order #124 has not been cancelled yet. Should I go ahead?",
        "Would you like to cancel the whole order, or just remove the merguez?",
        "Before I cancel order #124 (142 ₪), can you confirm?",
        "Nothing has been cancelled. Your order #124 is still pending.",
    ),
    "wants_order": (
        "כדי להשלים את ההזמנה, מה הכתובת שלך?",
        "2 קילו נקניק בקר ו-1 קילו מרגז יוצא 142 ₪. להזמין?",
        "אשמח להזמין לך! לאיזה יום תרצה את המשלוח?",
        "המשלוח לרחוב הרצל 15 תל אביב, נכון?",
    ),
    "wants_order_en": (
        "Just to confirm: 2 kg of beef sausage and 1 kg of merguez to Herzl 15, Tel Aviv, 142 ₪. Shall I place the order?",
        "I couldn't place the order because of a technical problem.",
        "Once the order is placed, the shop will confirm it.",
        "Do you want delivery tomorrow or on Wednesday?",
        "Your order hasn't been placed yet.",
    ),
    "wants_more": (
        "נעים מאוד בר! להוסיף את הפסטרמה להזמנה #124 או לפתוח הזמנה חדשה?",
        "חצי קילו פסטרמה זה 37.50 ₪. להזמין?",
        "יש לך כבר הזמנה פתוחה #124, רוצה שאוסיף אליה?",
    ),
    "created": (
        "ההזמנה נקלטה! מספר 124, סה\"כ 142 ₪. היא ממתינה לאישור העסק.",
        "הזמנתי לך 2 קילו נקניק בקר (90 ₪) וקילו מרגז חריף (52 ₪), סה״כ 142 ₪. המשלוח להרצל 15 תל אביב, עם הערה לצלצל בדלת.",
        "Your order #124 has been placed! It's pending until the shop confirms it.",
        "I've placed your order. Total: ₪142.00 🎉",
        "Order #124\n- 2 kg × 45 ₪ = 90 ₪\n- 1 kg × 52 ₪ = 52 ₪\nTotal: 142 ₪",
        "רשמתי את ההזמנה ואת ההערה לשליח. אעדכן כשהיא תאושר.",
        "ההזמנה נרשמה 👍 היא עדיין לא אושרה, העסק יאשר אותה בקרוב.",
        "I've noted the delivery address and the instruction to ring the bell.",
        "העברתי את ההזמנה לאישור העסק.",
        "מעולה, סגרתי לך את ההזמנה. מספר הזמנה: #124.",
    ),
    "created_dated": (
        "Order #124 is placed for Wednesday, 25/11.",
        "Your order will be delivered on Wednesday once the shop confirms it.",
        "Placed! Wanted for 25 November, total 142 ₪.",
        "I've put your order in for the day after tomorrow.",
    ),
    "created_pastrami": (
        "הזמנתי לך חצי קילו פסטרמה, בר! סה\"כ 37.50 ₪.",
        "נעים מאוד בר, שמרתי את השם שלך. הזמנה #125: 0.5 ק\"ג פסטרמה — 37,5 ₪.",
        "הזמנה #125 נקלטה. הזמנה #124 בוטלה קודם.",
    ),
    "updated": (
        "הוספתי קילו בשר טחון להזמנה #124, סה\"כ 197 ₪.",
        "ההזמנה עודכנה: 2 ק\"ג נקניק בקר, 1 ק\"ג מרגז, 1 ק\"ג בשר טחון. סך הכל 197 ₪.",
        "I've added 1 kg of ground beef; the total is now 197 ₪.",
        "עדכנתי! הבשר הטחון נוסף להזמנה, והכתובת וההערה נשארו כמו שהיו.",
    ),
    "removed": ("I've removed the merguez from your order; the total is now 90 ₪.", "Done, the merguez is out and your updated order is 2 kg of beef sausage."),
    "cancelled": ("ביטלתי את הזמנה #124.", "ההזמנה שלך בוטלה ✅", "אין בעיה, ההזמנה בוטלה. אפשר לעזור במשהו נוסף?", "Order #124 has been cancelled."),
    "cancel_again": (
        "ההזמנה #124 כבר בוטלה קודם, אין מה לבטל.",
        "ההזמנה כבר מבוטלת.",
        "אין לך הזמנות פתוחות לביטול, הזמנה 124 בוטלה כבר.",
        "כבר ביטלתי את ההזמנה קודם, אז אין צורך לבטל שוב.",
    ),
    "cancel_again_en": ("Order #124 was already cancelled earlier.", "It's already cancelled, so there's nothing left to cancel.", "I already cancelled order #124 earlier, so no further action is needed."),
    "cancel_refused": (
        "Order #120 is already confirmed, so I can't cancel it myself. Shall I ask a person to help?",
        "I'm sorry, confirmed orders can't be cancelled here.",
        "Only pending orders can be cancelled, and #120 has been confirmed.",
    ),
    "pastrami_once": (
        "בדקתי, ולא מצאתי הזמנה של פסטרמה. ההזמנה היחידה שלך היא #124, שבוטלה.",
        "אני לא רואה שהזמנת פסטרמה אצלנו.",
        "הזמנה #124: 2 ק\"ג נקניק בקר, 1 ק\"ג מרגז חריף ו-1 ק\"ג בשר טחון, סה\"כ 197 ₪ - בוטלה.",
        "אתה חושב שהזמנת פסטרמה, אבל אין לי רישום של הזמנה כזאת.",
    ),
    "pastrami_once_en": (
        "I don't see a pastrami order.",
        "There is no order #119; your only order is #124, which was cancelled.",
        "I couldn't find order #119.",
        "You mentioned pastrami, but I have no record of you ordering it. Would you like to order some? It's 75 ₪ per kg.",
        "Order #124 (2 kg beef sausage, 1 kg merguez, 1 kg ground beef; 197 ₪) was cancelled.",
    ),
    "my_orders": (
        "Here are your orders:\n- #126 — pending — 1.5 kg ribeye — 180 ₪, wanted for 26/11\n- #125 — confirmed — 0.5 kg pastrami — 37.50 ₪\n- #124 — cancelled — 142 ₪\n- #110 — completed — 2 kg lamb chops — 190 ₪",
        "You have an open order, #126, for 1.5 kg of ribeye, and #125 is confirmed.",
        "Order #110 was delivered, and order #124 was cancelled.",
        "You ordered lamb chops on 9 November.",
        "Your ribeye order is wanted for Thursday.",
    ),
    "did_it_work": ("Yes, your order was received. It's #124, still pending.", "Yes, I placed order #124 earlier: 142 ₪, waiting for confirmation.", "Yes, your order is in our system and pending."),
    "confirmed": ("ההזמנה #120 אושרה וצפויה להגיע מחר.", "ההזמנה שלך מאושרת: 1 ק\"ג צלעות כבש, 95 ₪, ליום שלישי.", "ההזמנה אושרה. היא עדיין לא יצאה לדרך."),
    "pending_status": ("ההזמנה #124 ממתינה לאישור העסק.", "ההזמנה נקלטה ועדיין לא אושרה.", "אין לי מידע מתי השליח יגיע."),
    "quoted": ("הצעה: 1 ק\"ג נקניק בקר (45 ₪) ו-1.5 ק\"ג חזה עוף (63 ₪), סה\"כ 108 ₪. להזמין?", "יוצא 108 ₪. עוד לא הזמנתי כלום."),
    "human": ("I've passed your request to our team.", "I've notified a human representative, who will join the chat.", "You've been transferred to a person."),
    "wants_human": ("אשמח להעביר אותך לנציג. על מה תרצה לדבר?", "אני יכול להעביר את הפנייה לצוות, להעביר?", "עדיין לא העברתי את הפנייה."),
    "profile": ("Nice to meet you, Bar! I've saved your name and address.", "Thanks Bar, your address has been saved."),
    "wants_profile": ("נעים מאוד בר! מה תרצה להזמין?", "תודה בר. הטלפון שלך הוא 052-1234567, נכון?"),
    "paid_claim": (
        "I can't see payments here. Order #124 totals 142 ₪ and is pending.",
        "You say you paid 142 ₪; I have no record of a payment, would you like me to ask the team?",
        "No payment has been received as far as I can tell.",
    ),
    "discount": ("I'm afraid I can't give discounts.", "I don't have a discount to offer, but delivery is free above 300 ₪.", "Would you like me to ask the team about a 10% discount?"),
    "ru_hello": (
        "Здравствуйте! У нас есть:\n• Говяжья колбаса — 45 ₪/кг\n• Мергез острый — 52 ₪/кг\n• Пастрами — 75 ₪/кг\nЧто желаете?",
        "Пастрами стоит 75 шекелей за кг, полкило — 37,5 ₪.",
        "К сожалению, утиной грудки у нас нет.",
        "Доставка стоит 25 ₪, от 300 ₪ — бесплатно.",
        "Хотите, я оформлю заказ?",
        "Если хотите, могу добавить пастрами.",
    ),
    "ru_wants": ("Полкило пастрами (37,50 ₪) и килограмм фарша (55 ₪) — итого 92,50 ₪. Оформить заказ?", "Заказ ещё не оформлен. Куда доставить?", "Я пока ничего не заказала."),
    "ru_created": (
        "Заказ №131 оформлен: полкило пастрами и кило фарша, итого 92,5 ₪.",
        "Ваш заказ принят и ожидает подтверждения.",
        "Я оформила заказ. Он ещё не подтверждён.",
        "Готово! Сумма заказа — 92.50 ₪.",
    ),
    "ru_cancelled": ("Заказ №131 отменён.", "Я отменила ваш заказ. Что-нибудь ещё?"),
    "ru_cancel": ("Отменить заказ №131?", "Я не смогла отменить заказ.", "Могу отменить заказ, если вы подтвердите."),
    "ru_orders": ("Я не вижу заказа на баранину. Есть только заказ №131, он отменён.", "Заказ №131 уже был отменен ранее."),
    "ar_hello": ("أهلا! لدينا بسطرمة بسعر ٧٥ شيكل للكيلو، وسلامي إيطالي بسعر ٨٢ شيكل.", "ليس لدينا كباب، لكن لدينا مرقاز حار.", "هل تريد أن أسجل طلبك؟", "التوصيل ٢٥ شيكل."),
    "ar_wants": ("نصف كيلو بسطرمة ٣٧٫٥ شيكل وكيلو لحم مفروم ٥٥ شيكل، المجموع ٩٢٫٥ شيكل. هل أسجل الطلب؟", "لم يتم تسجيل الطلب بعد.", "إلى أي عنوان نرسل الطلب؟"),
    "ar_created": ("تم تسجيل طلبك رقم ١٢٤، المجموع ٩٢٫٥٠ شيكل.", "سجلت طلبك، وهو بانتظار تأكيد المتجر.", "طلبك مسجل ولم يتم تأكيده بعد."),
    "ar_cancel": ("هل أنت متأكد أنك تريد إلغاء الطلب رقم 124؟", "لم أتمكن من إلغاء الطلب.", "سأقوم بإلغاء الطلب إذا أكدت ذلك."),
    "ar_cancelled": ("تم إلغاء طلبك رقم ١٢٤.", "لقد ألغيت الطلب، هل تحتاج شيئا آخر؟"),
    "ar_orders": ("لا أرى طلبا للحم غنم. لديك طلب واحد رقم ١٢٤ وهو ملغى.",),
    "bakery": (
        "Good morning! 🥐 Today we have sourdough bread (28 ₪), challah (32 ₪), croissants from 15 ₪ and a lovely cheesecake for 160 ₪.",
        "We don't bake gluten-free bread, sorry.",
        "The chocolate croissant is 15 ₪ and the almond one is 16 ₪.",
        "Our cheesecake goes beautifully with coffee.",
        "We have three cakes: Chocolate Cake 180 ₪, Lemon Tart 120 ₪ and Cheesecake 160 ₪.",
        "Delivery is 20 ₪. We're open Sunday to Friday, 7:00-18:00.",
    ),
    "bakery_he": ("בוקר טוב! יש לנו לחם מחמצת ב-28 ₪, באגט ב-18 ₪ וקרואסונים החל מ-15 ₪.", "אין לנו היום סופגניות.", "שלושה באגטים יעלו 54 ₪. להוסיף?"),
    "bakery_wants": ("A cheesecake and 3 almond croissants come to 208 ₪. Shall I book it for Thursday?", "Cakes need one day's notice, so Thursday should be fine if the bakery confirms. What's your name?"),
    "bakery_created": ("Order #7 is placed: 1 cheesecake (160 ₪) + 3 almond croissants (48 ₪) = 208 ₪, wanted for Thursday.", "Yay! I've placed your order for Thursday, 26 November 🎂"),
    "bakery_dozen": ("A dozen chocolate croissants is 180 ₪ (12 × 15 ₪).", "12 × 15 = 180 ₪"),
    "bakery_updated": ("הוספתי עוד באגט! ההזמנה כוללת עכשיו עוגת גבינה ושני באגטים, סה\"כ 196 ₪.",),
    "bakery_open": ("Thanks for telling me. Would you like me to add a note about nuts to order #7?", "Please note that our kitchen handles nuts. Your order #7 (cheesecake, 160 ₪) is pending."),
    "bakery_ru": ("Чизкейк стоит 160 ₪.", "Чизкейк — 160 ₪, а лимонный тарт — 120 ₪. Хотите заказать?"),
    "bakery_ar": ("كعكة الشوكولاتة بسعر 180 شيكل.", "سعر كعكة الشوكولاتة ١٨٠ شيكل، هل تريد أن أطلبها لك؟"),
}  # fmt: skip
