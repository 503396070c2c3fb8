"""What the customer of the demo says, and what a person at the business answers."""

TENANT = "valdman"

# One conversation with one new chat, in this order.
MESSAGES = (
    "היי, מה יש לכם?",
    "אני רוצה להזמין 2 קילו נקניק בקר ו-1 קילו מרגז חריף. המשלוח לרחוב הרצל 15 תל אביב, הערה: לצלצל בדלת",
    "רגע, תוסיף לי גם 1 קילו בשר טחון להזמנה",
    "אתה יודע מה, תבטל לי את ההזמנה",
    "תבטל לי את ההזמנה שוב",
    "מה ההזמנות שלי? אני חושב שהזמנתי פעם פסטרמה",
    "אה כן, הפסטרמה שלכם טובה? ספר לי עליה",
    "כן, אני רוצה חצי קילו פסטרמה בבקשה. שם שלי בר אגב",
    "תודה! אגב, יש לכם משהו נקניקיות לילדים? משהו לא חריף?",
    "אפשר לדבר עם בן אדם בבקשה?",
)
# After this message the summary and the profile of the first fifteen messages are made in the background; the next
# one is written once they are there.
JOBS_AFTER = 8
JOBS_THROUGH = 15

# After the last message a person answers from the dashboard. What the customer asks then waits for that person, until
# the conversation is returned to the agent.
STAFF_SAYS = "שלום, מדברת דנה מוולדמן. המשלוח שלך יגיע מחר בשעה 10:00."
STAFF_SAYS_WHEN = "10"
CUSTOMER_ASKS_MEANWHILE = "מה אמרו לי על המשלוח?"
