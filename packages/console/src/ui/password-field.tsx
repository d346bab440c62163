import { PasswordInput, type PasswordInputProps, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useInstance } from '../session/instance.tsx';
import { strengthOf } from './password-strength.ts';

/** A password field whose text can be revealed. */
export function PasswordField(props: PasswordInputProps) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      {...props}
      visibilityToggleButtonProps={{ 'aria-label': t('password.show'), tabIndex: 0, 'aria-hidden': false }}
    />
  );
}

/** A new password and how strong it is. `known` are words that it must not lean on: the email address, the name. */
export function NewPasswordField({
  known,
  value,
  error,
  ...rest
}: PasswordInputProps & { readonly value: string; readonly known: readonly string[] }) {
  const { t } = useTranslation();
  const { passwordCharactersMin: characters } = useInstance().limits;
  const strength = strengthOf(value, known, characters);
  // The error says what is wrong already.
  const isQuiet = value === '' || (error !== undefined && error !== null);
  return (
    <div>
      <PasswordField
        {...rest}
        error={error}
        value={value}
        autoComplete="new-password"
        description={t('password.rule', { characters })}
      />
      <div className="meter" data-level={strength.level} aria-hidden="true">
        <span />
        <span />
        <span />
        <span />
      </div>
      <Text size="xs" c="dimmed" mt={4} role="status">
        {isQuiet ? '\u00a0' : t(`password.${strength.word}`, { characters })}
      </Text>
    </div>
  );
}
