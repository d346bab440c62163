import { Button, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

/** A link to another screen that looks like a button. */
export function LinkButton({
  to,
  children,
  ...rest
}: ButtonProps & { readonly to: string; readonly children: ReactNode }) {
  return (
    <Button {...rest} component={Link} href={to}>
      {children}
    </Button>
  );
}
