import { PasswordInput, type PasswordInputProps, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { strengthOf } from './password-strength.ts';

/** A password, with its letters shown on demand. */
export function PasswordField(props: PasswordInputProps) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      {...props}
      visibilityToggleButtonProps={{ 'aria-label': t('password.show'), tabIndex: 0, 'aria-hidden': false }}
    />
  );
}

/** A new password with how strong it is. `known` are words that it must not lean on: the address, the name. */
export function NewPasswordField({
  known,
  value,
  ...rest
}: PasswordInputProps & { readonly value: string; readonly known: readonly string[] }) {
  const { t } = useTranslation();
  const strength = strengthOf(value, known);
  return (
    <div>
      <PasswordField {...rest} value={value} autoComplete="new-password" description={t('password.rule')} />
      <div className="meter" data-level={strength.level} aria-hidden="true">
        <span />
        <span />
        <span />
        <span />
      </div>
      <Text size="xs" c="dimmed" mt={4} role="status">
        {value === '' ? '\u00a0' : t(`password.${strength.word}`)}
      </Text>
    </div>
  );
}
