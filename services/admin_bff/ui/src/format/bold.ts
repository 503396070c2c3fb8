/** **bold** is the only markup that replies have; everybody else's asterisks are asterisks. */

// As the channels read it: within one line, and not around blanks.
const BOLD = /\*\*(?=\S)(.+?)(?<=\S)\*\*/g;

export interface Part {
  /** Where it begins in the text. */
  at: number;
  text: string;
  bold: boolean;
}

export function boldParts(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(BOLD)) {
    if (match.index > end) parts.push({ at: end, text: text.slice(end, match.index), bold: false });
    parts.push({ at: match.index, text: match[1] ?? "", bold: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ at: end, text: text.slice(end), bold: false });
  return parts;
}

export function withoutMarks(text: string): string {
  return text.replaceAll(BOLD, "$1");
}
