/** All English texts. */
import { en as analytics } from "./texts/analytics";
import { en as conversations } from "./texts/conversations";
import { en as frame } from "./texts/frame";
import { en as orders } from "./texts/orders";

export const en = { ...frame, conversations, orders, analytics };
