/** How the console and the portal name and show themselves: as the company's product. */
export interface Branding {
  readonly productName: string;
  /** `#rrggbb`. */
  readonly color: string | null;
  /** A data URL of a picture. */
  readonly logo: string | null;
  readonly contact: string | null;
}

/** What an instance shows until an operator sets something else. */
export const defaultBranding: Branding = { productName: 'Bindery', color: null, logo: null, contact: null };
