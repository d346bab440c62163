import { Group, Text } from '@mantine/core';
import { addressOf } from '../api/call.ts';
import { useInstance } from '../session/instance.tsx';

/** The company's logo and the name of its product. */
export function Brand() {
  const { productName, hasLogo } = useInstance();
  return (
    <Group gap={10} wrap="nowrap" miw={0}>
      {hasLogo ? <img className="logo" src={logoAddress()} alt="" /> : <Mark />}
      <Text fw={650} truncate>
        <bdi>{productName}</bdi>
      </Text>
    </Group>
  );
}

/** The URL of the logo. */
export function logoAddress(): string {
  return `${addressOf('getBranding', {})}/logo`;
}

function Mark() {
  return (
    <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true" focusable="false" style={{ flex: 'none' }}>
      <rect width="32" height="32" rx="7" fill="var(--mantine-primary-color-filled)" />
      <path d="M9 7h11a3 3 0 0 1 3 3v15H11a2 2 0 0 1-2-2z" fill="#fff" />
      <path d="M9 22.500h14M13 7v15.500" stroke="var(--mantine-primary-color-filled)" strokeWidth="1.6" />
    </svg>
  );
}
