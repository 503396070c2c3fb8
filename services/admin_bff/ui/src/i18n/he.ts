/** All Hebrew texts. */
import { he as analytics } from "./texts/analytics";
import { he as conversations } from "./texts/conversations";
import { he as frame } from "./texts/frame";
import { he as orders } from "./texts/orders";

export const he = { ...frame, conversations, orders, analytics };
