export { CreateForm } from './create-form.tsx';
export { RotateForm } from './rotate-form.tsx';
export { SecretReveal } from './secret-reveal.tsx';
