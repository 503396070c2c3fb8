/** What of a phone number, as a customer wrote it, can be dialled. */

/** "050-123 45 67" is "0501234567"; empty when it is no phone number. */
export function dialable(phone: string): string {
  if (!/^[+\d][\d\s().\-/]{4,24}$/.test(phone.trim())) return "";
  const digits = phone.replace(/\D/g, "");
  return phone.trim().startsWith("+") ? `+${digits}` : digits;
}
