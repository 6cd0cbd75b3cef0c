const SIZE = 192;

/** The app's icon as a PNG in a data URL, because systems do not draw SVG in notifications; undefined when it cannot be had. */
export async function iconPicture(): Promise<string | undefined> {
  try {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link === null) return undefined;
    const image = new Image(SIZE, SIZE);
    image.src = link.href;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = SIZE;
    canvas.height = SIZE;
    canvas.getContext('2d')?.drawImage(image, 0, 0, SIZE, SIZE);
    return canvas.toDataURL('image/png');
  } catch {
    // A notification without a picture says the same.
    return undefined;
  }
}
