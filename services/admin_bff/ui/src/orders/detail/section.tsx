/** How the parts of an opened order are set. */
import type { ReactNode } from "react";

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-line border-b p-4 last:border-b-0">
      <h3 className="mb-2.5 font-semibold text-sm">{title}</h3>
      {children}
    </section>
  );
}

/** One named thing. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <span className="text-muted text-xs">{name}</span>
      <div className="min-w-0">{children}</div>
    </div>
  );
}
