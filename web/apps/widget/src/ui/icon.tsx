export const Icon = ({ d, c }: { d: string; c?: string }) => <svg viewBox="0 0 24 24" aria-hidden="true" class={c}><path d={d} /></svg>;
export const kCross = "M6 6l12 12M18 6L6 18";
