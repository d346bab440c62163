import { type CSSVariablesResolver, createTheme, type MantineThemeOverride } from '@mantine/core';
import { mix, ownColor, readableOn, shadesOf } from './brand-color.ts';

const darkSurface = '#1c2021';

/** The theme in the company's colour, or ours. */
export function themeOf(color: string | null | undefined): MantineThemeOverride {
  return createTheme({
    colors: {
      brand: shadesOf(color ?? ownColor),
      dark: [
        '#dde1e2',
        '#b9c0c2',
        '#98a1a3',
        '#6b7476',
        '#434a4d',
        '#32393b',
        '#252b2d',
        darkSurface,
        '#15181a',
        '#0e1011',
      ],
    },
    primaryColor: 'brand',
    primaryShade: 6,
    black: '#1b2021',
    defaultRadius: 6,
    cursorType: 'pointer',
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
    fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
    headings: {
      fontWeight: '600',
      sizes: { h1: { fontSize: '1.5rem', lineHeight: '1.25' }, h2: { fontSize: '1.0625rem', lineHeight: '1.4' } },
    },
    respectReducedMotion: true,
    components: {
      Modal: { defaultProps: { overlayProps: { backgroundOpacity: 0.45 }, transitionProps: { duration: 120 } } },
      Tooltip: {
        defaultProps: { withArrow: true, multiline: true, maw: 320, events: { hover: true, focus: true, touch: true } },
      },
    },
  });
}

/** What Mantine's own variables leave too pale to read, and the colours of the page. */
export function variablesOf(color: string | null | undefined): CSSVariablesResolver {
  const brand = color ?? ownColor;
  const lightAnchor = readableOn(brand, '#f6f7f6', '#000000', 5.1);
  const darkAnchor = readableOn(brand, '#252b2d', '#ffffff', 5.2);
  return () => ({
    variables: {},
    light: {
      '--mantine-color-anchor': lightAnchor,
      '--mantine-color-dimmed': '#566062',
      '--mantine-color-placeholder': '#6b7577',
      '--mantine-color-error': '#b3261e',
      '--mantine-color-default-border': '#d3d9d9',
      '--mantine-color-disabled-color': '#6b7577',
      '--page': '#f6f7f6',
      '--surface': '#ffffff',
      '--line': '#e1e5e4',
      '--good': '#1c7a44',
      '--warn': '#8a5300',
      '--bad': '#b3261e',
      '--good-soft': '#e7f4ec',
      '--warn-soft': '#fdf1dc',
      '--bad-soft': '#fdeae8',
      '--bar-issued': lightAnchor,
      '--bar-refused': '#d0635b',
      '--code': '#f3f5f4',
      '--chosen': mix(lightAnchor, '#ffffff', 0.9),
    },
    dark: {
      '--mantine-color-anchor': darkAnchor,
      '--mantine-color-dimmed': '#a3acae',
      '--mantine-color-placeholder': '#8f999b',
      '--mantine-color-error': '#ff9088',
      '--mantine-color-default-border': '#434a4d',
      '--mantine-color-disabled-color': '#98a1a3',
      '--page': '#15181a',
      '--surface': darkSurface,
      '--line': '#32393b',
      '--good': '#6fce96',
      '--warn': '#f0b95b',
      '--bad': '#ff9088',
      '--good-soft': '#1b2f24',
      '--warn-soft': '#33291a',
      '--bad-soft': '#382220',
      '--bar-issued': darkAnchor,
      '--bar-refused': '#d9776f',
      '--code': '#15181a',
      '--chosen': mix(darkAnchor, darkSurface, 0.84),
    },
  });
}
