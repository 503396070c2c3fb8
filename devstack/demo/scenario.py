"""What the customer of the demo says."""

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
)
# After this message the summary and the profile of the first fifteen messages are made in the background; the next
# one is written once they are there.
JOBS_AFTER = 8
JOBS_THROUGH = 15
