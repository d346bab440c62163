const shapes = {
  overview: 'M4 20V10M10 20V4M16 20v-7M21 20H3',
  clients: 'M14.5 9.5 21 3M17 7l2.5 2.5M15.500 14.500a5.500 5.500 0 1 1-6-6 5.500 5.500 0 0 1 6 6z',
  members:
    'M16 20v-1.500a3.500 3.500 0 0 0-3.500-3.500h-5A3.500 3.500 0 0 0 4 18.500V20M10 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M20 20v-1.500a3.500 3.500 0 0 0-2.600-3.400M15.500 4.700a3.500 3.500 0 0 1 0 6.600',
  audit: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5',
  organizations:
    'M4 20V5a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v15M14 10h5a1 1 0 0 1 1 1v9M3 20h18M7.500 8h3M7.500 12h3M7.500 16h3',
  keys: 'M12 3l8 3v6c0 4.500-3.400 7.800-8 9-4.600-1.200-8-4.500-8-9V6zM9 12l2 2 4-4',
  credentials: 'M4 5h16v14H4zM8 10h8M8 14h5',
  operators: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20a7 7 0 0 1 14 0',
  branding:
    'M12 3a9 9 0 1 0 0 18c1.500 0 2-1 1.500-2-.7-1.400.2-3 2-3H18a3 3 0 0 0 3-3c0-5.500-4-10-9-10M7.500 11h.01M10 7.500h.01M14.500 7.500h.01',
  docs: 'M6 3h9l4 4v14H6zM14 3v5h5M9 13h6M9 17h6',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  plus: 'M12 5v14M5 12h14',
  chevron: 'M8 9.500l4 4 4-4',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  download: 'M12 4v11M7.500 10.500 12 15l4.500-4.500M5 20h14',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M16 16l4.500 4.500',
  warning: 'M12 4 2.800 19.500h18.400zM12 10v4.500M12 17.200v.01',
  external: 'M14 4h6v6M20 4l-9 9M18 14v5H5V6h5',
} as const;

export type IconName = keyof typeof shapes;

/** A decorative icon, hidden from screen readers. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
