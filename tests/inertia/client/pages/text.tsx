export default function Text({ title }: { title: string }) {
  return <h1>{title}</h1>
}
