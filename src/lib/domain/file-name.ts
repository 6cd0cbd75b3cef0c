/**
 * Extensions by type, the usual one first: what a file is called when it is saved, and what it may be called. Types that browsers
 * run (HTML, SVG, XML, scripts) are not types here: such a file is text.
 */
const extensions = new Map<string, readonly string[]>(
  Object.entries({
    'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
    'image/png': ['png'],
    'image/gif': ['gif'],
    'image/webp': ['webp'],
    'image/bmp': ['bmp'],
    'image/heic': ['heic', 'heif'],
    'image/avif': ['avif'],
    'video/mp4': ['mp4', 'm4v'],
    'video/quicktime': ['mov'],
    'video/3gpp': ['3gp', '3g2'],
    'video/webm': ['webm'],
    'video/x-matroska': ['mkv', 'mka'],
    'video/ogg': ['ogv', 'ogg'],
    'audio/ogg': ['ogg', 'oga', 'opus', 'spx'],
    'audio/webm': ['webm', 'weba'],
    'audio/mpeg': ['mp3', 'mpga'],
    'audio/mp4': ['m4a', 'm4b', 'mp4'],
    'audio/aac': ['aac'],
    'audio/amr': ['amr', 'awb'],
    'audio/wav': ['wav'],
    'application/pdf': ['pdf'],
    'application/zip': ['zip'],
    'application/msword': ['doc', 'dot'],
    'application/vnd.ms-excel': ['xls', 'xlt'],
    'application/vnd.ms-powerpoint': ['ppt', 'pps', 'pot'],
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
    'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['pptx'],
    'text/plain': ['txt', 'csv', 'tsv', 'json', 'md', 'log', 'vcf', 'ics', 'srt', 'vtt', 'yml', 'yaml'],
  }),
);

/** The type that a file's name speaks of, for senders who claim none. */
export function mimeByName(fileName: string): string | undefined {
  const { extension } = split(fileName);
  return [...extensions].find(([, known]) => known.includes(extension))?.[0];
}

/** Longest file name, in UTF-16 units. */
export const MAX_FILE_NAME = 120;
/** What a computer may run when it is opened; an unknown file keeps any other extension. */
const runnable = new Set(
  (
    'action apk app appx bat bin cab chm cmd com command cpl deb desktop dll dmg exe gadget hta htm html inf ins iso jar js jse ' +
    'library-ms lnk mht mhtml msc msi msix msp mst pif pkg ps1 psm1 py reg rpm scf scpt scr sct search-ms settingcontent-ms sh shb ' +
    'shtml svg svgz sys url vb vbe vbs vhd vhdx website workflow ws wsc wsf wsh xhtml xht xll xml xsl xslt'
  ).split(' '),
);

const isVisible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * A name under which a file can be shown and saved: its last path segment without control, bidi and other invisible characters and
 * without what file systems forbid, at most 120 UTF-16 units, with an extension that agrees with `mime`. `fallback` is the name, without
 * extension, of a file that has none.
 */
export function fileNameOf(raw: string | undefined, mime: string, fallback: string): string {
  const { stem, extension } = split(cleanName(raw ?? ''));
  const own = extensions.get(mime);
  const agrees = own ? own.includes(extension) : extension !== '' && !runnable.has(extension) && !mimeByName(`.${extension}`);
  const ending = agrees ? extension : (own?.[0] ?? (extension === '' ? '' : 'bin'));
  const name = agrees || extension === '' ? stem : `${stem}.${extension}`;
  const suffix = ending === '' ? '' : `.${ending}`;
  return shorten(isVisible.test(name) ? name : fallback, MAX_FILE_NAME - suffix.length) + suffix;
}

function cleanName(raw: string): string {
  const segment = raw.slice(-4_096).split(/[/\\]/).at(-1) ?? '';
  return segment
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Zl}\p{Zp}\p{Zs}\t\n\r]+/gu, ' ')
    .replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[ .]+|[ .]+$/g, '');
}

function split(name: string): { stem: string; extension: string } {
  const [, stem = name, extension = ''] = /^(.*)\.([A-Za-z0-9-]{1,20})$/s.exec(name) ?? [];
  return { stem, extension: extension.toLowerCase() };
}

/** Cut between characters, so that no half of one is left. */
function shorten(name: string, max: number): string {
  let kept = '';
  for (const character of name) {
    if (kept.length + character.length > max) break;
    kept += character;
  }
  return kept.trimEnd();
}
