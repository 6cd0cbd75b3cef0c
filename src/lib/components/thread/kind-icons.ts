import Ban from '@lucide/svelte/icons/ban';
import Contact from '@lucide/svelte/icons/contact';
import FileText from '@lucide/svelte/icons/file-text';
import Image from '@lucide/svelte/icons/image';
import MapPin from '@lucide/svelte/icons/map-pin';
import Mic from '@lucide/svelte/icons/mic';
import Music from '@lucide/svelte/icons/music';
import ShoppingCart from '@lucide/svelte/icons/shopping-cart';
import Sticker from '@lucide/svelte/icons/sticker';
import Video from '@lucide/svelte/icons/video';
import type { ContentKind } from '../../domain/message';

const icons: Partial<Record<ContentKind, typeof FileText>> = {
  image: Image,
  video: Video,
  audio: Music,
  voice: Mic,
  document: FileText,
  sticker: Sticker,
  location: MapPin,
  contacts: Contact,
  order: ShoppingCart,
  unsupported: Ban,
};

/** The picture that stands for a kind of content. */
export const iconOf = (kind: ContentKind): typeof FileText => icons[kind] ?? FileText;
