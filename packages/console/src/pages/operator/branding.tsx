import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, FileButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { queryClient, useAnswer } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { contrastOf, ownColor } from '../../theme/brand-color.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { notify } from '../../ui/notify.ts';
import { Page, Section } from '../../ui/page.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { Note } from '../../ui/state.tsx';

type Branding = ResponseOf<'getBranding'>;
const logoBytesMax = 64 * 1024;

/** How console and portal look and what they call the API. */
export function BrandingPage() {
  const { t } = useTranslation();
  const query = useAnswer('getBranding', {});
  return (
    <Page title={t('branding.title')} of={t('nav.operator')} intro={t('branding.intro')}>
      <Loaded query={query} title={t('branding.failed')}>
        {(value) => (
          <BrandingForm key={JSON.stringify([value.productName, value.color, value.contact])} branding={value} />
        )}
      </Loaded>
    </Page>
  );
}

function BrandingForm({ branding }: { readonly branding: Branding }) {
  const { t } = useTranslation();
  const [logo, setLogo] = useState(branding.logo);
  const [logoProblem, setLogoProblem] = useState<string>();
  const form = useForm({
    initialValues: {
      productName: branding.productName,
      color: branding.color ?? ownColor,
      contact: branding.contact ?? '',
    },
    validateInputOnBlur: true,
    validate: {
      productName: (value) => (value.trim() === '' ? t('branding.nameMissing') : null),
      color: (value) => (/^#[0-9a-f]{6}$/i.test(value) ? null : t('branding.colorWrong')),
      contact: (value) =>
        value.trim() === '' || /^[^\s@]+@[^\s@]+$/.test(value.trim()) ? null : t('fields.emailWrong'),
    },
  });
  const save = useAction(async ({ productName, color, contact }: typeof form.values) => {
    const chosen = color.toLowerCase();
    await call('setBranding', {
      body: {
        productName: productName.trim(),
        color: chosen === ownColor ? null : chosen,
        logo,
        contact: contact.trim() === '' ? null : contact.trim(),
      },
    });
    await queryClient.refetchQueries({ queryKey: ['getInstance'] });
    notify(t('saved'));
  });
  const take = async (file: File | null) => {
    if (file === null) return;
    if (file.size > logoBytesMax || !['image/png', 'image/jpeg'].includes(file.type)) {
      setLogoProblem(t('branding.logoWrong'));
      return;
    }
    setLogoProblem(undefined);
    setLogo(await readDataUrl(file));
  };
  return (
    <form onSubmit={form.onSubmit((values) => void save.run(values))} noValidate>
      <Section title={t('branding.look')}>
        <Stack maw="32rem">
          <TextInput
            label={t('branding.name')}
            description={t('branding.nameHelp')}
            maxLength={40}
            {...form.getInputProps('productName')}
          />
          <div>
            <Group align="flex-end" gap="xs">
              <TextInput
                label={t('branding.color')}
                maxLength={7}
                spellCheck={false}
                {...form.getInputProps('color')}
                style={{ flex: 1 }}
              />
              <input
                type="color"
                aria-label={t('branding.colorPick')}
                value={/^#[0-9a-f]{6}$/i.test(form.values.color) ? form.values.color : ownColor}
                onChange={(event) => form.setFieldValue('color', event.currentTarget.value)}
                style={{
                  width: 44,
                  height: 36,
                  padding: 2,
                  background: 'none',
                  border: '1px solid var(--line)',
                  borderRadius: 6,
                }}
              />
            </Group>
            <Contrast color={form.values.color} />
          </div>
          <div>
            <Text size="sm" fw={600}>
              {t('branding.logo')}
            </Text>
            <Text size="xs" c="dimmed" mb="xs">
              {t('branding.logoHelp')}
            </Text>
            <Group>
              {logo !== null && <img src={logo} alt={t('branding.logoAlt')} className="logo" />}
              <FileButton
                accept="image/png,image/jpeg"
                onChange={(file) => void take(file)}
                inputProps={{ 'aria-label': t('branding.logo') }}
              >
                {(props) => (
                  <Button {...props} variant="default" size="xs">
                    {logo === null ? t('branding.logoChoose') : t('branding.logoReplace')}
                  </Button>
                )}
              </FileButton>
              {logo !== null && (
                <Button variant="subtle" color="gray" c="dimmed" size="xs" onClick={() => setLogo(null)}>
                  {t('branding.logoRemove')}
                </Button>
              )}
            </Group>
            {logoProblem !== undefined && (
              <Text size="sm" c="var(--bad)" role="alert" mt={4}>
                {logoProblem}
              </Text>
            )}
          </div>
          <TextInput
            label={t('settings.contact')}
            description={t('branding.contactHelp')}
            type="email"
            {...form.getInputProps('contact')}
          />
          {save.problem !== undefined && <ProblemAlert problem={save.problem} />}
          <div>
            <Button type="submit" loading={save.isPending}>
              {t('save')}
            </Button>
          </div>
        </Stack>
      </Section>
    </form>
  );
}

/** Says whether white text can be read on the colour, and what is done when it cannot. */
function Contrast({ color }: { readonly color: string }) {
  const { t, i18n } = useTranslation();
  if (!/^#[0-9a-f]{6}$/i.test(color)) return null;
  const contrast = contrastOf(color, '#ffffff');
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(contrast);
  return (
    <div style={{ marginTop: '0.5rem' }} role="status">
      <Note tone={contrast >= 4.5 ? 'good' : 'warn'}>
        <Text size="sm">
          {contrast >= 4.5
            ? t('branding.contrastGood', { contrast: number })
            : t('branding.contrastPoor', { contrast: number })}
        </Text>
      </Note>
    </div>
  );
}

function readDataUrl(file: File): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.addEventListener('load', () => resolve(String(reader.result)));
  reader.addEventListener('error', () => reject(reader.error ?? new Error('the picture could not be read')));
  reader.readAsDataURL(file);
  return promise;
}
