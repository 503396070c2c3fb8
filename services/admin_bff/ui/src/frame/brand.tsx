/** The mark of the product. */
export function BrandMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path
        d="M11.5 8h9a2.5 2.5 0 0 1 2.5 2.5v7a2.5 2.5 0 0 1-2.5 2.5H15l-4.2 3.7c-.5.4-1.3.1-1.3-.6V19.7A2.5 2.5 0 0 1 9 17.5v-7A2.5 2.5 0 0 1 11.5 8z"
        className="fill-surface"
      />
      <path
        d="m13 14.2 2.2 2.2 4.2-4.4"
        className="fill-none stroke-2 stroke-accent"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
