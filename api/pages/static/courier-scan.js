// Reads QR codes with the camera: by the browser's own detector where it has one, else by ours.

const PAUSE_MS = 150;
const AGAIN_MS = 3000; // a label that stays in view is told once; again when it was away so long

async function detector() {
  const own = globalThis.BarcodeDetector;
  if (own && (await own.getSupportedFormats().catch(() => [])).includes("qr_code")) {
    return new own({ formats: ["qr_code"] });
  }
  const { BarcodeDetector, prepareZXingModule } = await import("/assets/barcode-detector.js");
  prepareZXingModule({ overrides: { locateFile: () => "/assets/zxing_reader.wasm" } });
  return new BarcodeDetector({ formats: ["qr_code"] });
}

export class Scanner {
  constructor(video, heard) {
    this.video = video;
    this.heard = heard;
    this.running = false;
  }

  // Start reading; fails where there is no camera or nobody lets us use it.
  async start() {
    this.running = true;
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1280 } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    if (!this.running) return this.stop();
    this.video.srcObject = this.stream;
    await this.video.play();
    this.read(await detector());
  }

  async read(reader) {
    let last = "";
    let lastAt = 0;
    while (this.running) {
      const found = await reader.detect(this.video).catch(() => []);
      const said = found[0]?.rawValue;
      const again = said === last && Date.now() - lastAt < AGAIN_MS;
      if (said) [last, lastAt] = [said, Date.now()];
      if (said && !again && this.running) {
        navigator.vibrate?.(80);
        await this.heard(said);
      }
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }

  stop() {
    this.running = false;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
  }
}

// Make a phone's photo small enough to be sent over a poor network.
export async function shrink(file, longest = 1280) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/jpeg", 0.72));
}
