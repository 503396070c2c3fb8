"""Words that change nothing of what is wanted: praise, manner, size, forms of address."""

IDLE = {
    "famous", "best", "delicious", "tasty", "great", "nice", "lovely", "good", "fresh", "finest", "amazing", "yummy",
    "beautiful", "wonderful", "favourite", "favorite", "big", "large", "small", "little", "medium", "regular",
    "normal", "usual", "plain", "real", "extra", "same", "whole", "full", "thick", "thin", "asap", "quick", "quickly",
    "fast", "bring", "grab", "purchase", "love", "eat", "try", "taste", "mate", "bro", "dude", "friend", "dear",
    "man", "sir", "madam", "guys", "kilo", "kilos", "kg", "worth", "maybe", "perhaps", "exactly", "around", "approx",
    "approximately", "roughly", "tonight", "soon", "later", "again", "first", "two", "three", "different", "types",
    "type", "kind", "kinds", "pieces", "packs", "pack", "portion", "portions", "package", "packages", "box", "boxes",
    "delivery", "home", "house", "bbq", "barbecue", "grill", "party", "dinner", "lunch", "breakfast", "instead",
    "but", "if", "when", "was", "were", "did", "they", "them", "can", "could", "will", "have", "has", "got", "from",
    "because", "really", "very", "super", "most", "than", "as", "up", "out", "off", "by", "down", "remove", "forget",
    "sounds", "looks", "contain", "contains", "spicy", "hot", "mild",
    "אחי", "אח", "אחות", "מותק", "חבר", "חברים", "יקירי", "נשמה", "גבר", "מעולה", "טעים", "טעימה", "טעימים", "טוב",
    "טובה", "טובים", "יפה", "יפים", "גדול", "גדולה", "גדולים", "קטן", "קטנה", "קטנים", "טרי", "טריה", "טריים", "פרוס",
    "פרוסה", "דק", "דקה", "עבה", "חתוך", "ארוז", "מהר", "דחוף", "אולי", "בערך", "שלכם", "המעולה", "הטעים", "המעולים",
    "הטעימים", "ואז", "אבל", "אז", "כי", "רגיל", "רגילה", "רגילים", "רגילות", "בשביל", "עבור", "אם", "פעם", "כבר",
    "שלם", "שלמה", "שלמים", "שלמות", "ביום", "יום", "בערב", "בבוקר", "ערב", "בוקר", "שיהיה", "שיהיו", "מוכן", "מוכנים", "חריף", "חריפה", "חריפים",
    "вкусный", "вкусной", "вкусного", "свежий", "свежей", "свежего", "хороший", "хорошего", "ваш", "вашего", "вашей",
    "если", "но", "как", "можно", "будьте", "добры", "لذيذ", "طازج", "طيب", "لو", "سمحت", "اذا", "إذا",
}  # fmt: skip
