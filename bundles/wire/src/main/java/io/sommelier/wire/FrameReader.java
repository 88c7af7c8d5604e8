package io.sommelier.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Cuts the incoming bytes into frames. A frame that is whole in the incoming buffer is read there; only an incomplete one is copied and kept, and it never takes
 * more memory than the frame limit. Confined to the link's thread.
 */
final class FrameReader {
    /** Type and magic of a hello with the two fields between them, as far as they are fixed: what the first frame from a connector looks like after its length. */
    private static final byte[] HELLO_START = {Frames.HELLO, 0, 0, 0, 0, 0, 'S', 'O', 'M', 'L'};

    private final ByteBufAllocator allocator;
    private final Frame frame;
    private ByteBuf kept;
    private boolean keptIsRead;
    private boolean expectsHello;
    private int maxFrameBytes = Frames.MAX_HELLO_BYTES;

    FrameReader(ByteBufAllocator allocator, Frame frame, boolean expectsHello) {
        this.allocator = allocator;
        this.frame = frame;
        this.expectsHello = expectsHello;
    }

    void maxFrameBytes(int bytes) {
        maxFrameBytes = bytes;
    }

    /**
     * Reads the next whole frame into {@link Frame}.
     *
     * @return {@code false} when there is none; then all bytes were taken from the buffer, and an incomplete frame is kept
     * @throws ProtocolViolationException when a frame is too long or too short, or the first one is no hello where one must come
     */
    boolean next(ByteBuf bytes) {
        if (keptIsRead) {
            release();
        }
        return kept == null ? nextFrom(bytes) : nextFromKept(bytes);
    }

    /** Gives back what is kept. */
    void release() {
        if (kept != null) {
            kept.release();
            kept = null;
            keptIsRead = false;
        }
    }

    private boolean nextFrom(ByteBuf bytes) {
        int readable = bytes.readableBytes();
        int start = bytes.readerIndex();
        if (readable >= 4) {
            int length = length(bytes, start);
            checkHello(bytes, start, readable);
            if (readable - 4 >= length) {
                bytes.readerIndex(start + 4 + length);
                frame.load(bytes, start + 4, length);
                expectsHello = false;
                return true;
            }
        }
        if (readable > 0) {
            kept = allocator.buffer(Math.max(readable, 256));
            kept.writeBytes(bytes);
        }
        return false;
    }

    private boolean nextFromKept(ByteBuf bytes) {
        int missing = 4 - kept.readableBytes();
        if (missing > 0) {
            kept.writeBytes(bytes, Math.min(missing, bytes.readableBytes()));
            if (kept.readableBytes() < 4) {
                return false;
            }
        }
        int length = length(kept, 0);
        kept.writeBytes(bytes, Math.min(4 + length - kept.readableBytes(), bytes.readableBytes()));
        checkHello(kept, 0, kept.readableBytes());
        if (kept.readableBytes() < 4 + length) {
            return false;
        }
        frame.load(kept, 4, length);
        keptIsRead = true;
        expectsHello = false;
        return true;
    }

    private int length(ByteBuf bytes, int at) {
        int length = bytes.getInt(at);
        if (length < Frames.COUNTED_HEADER_BYTES || length > maxFrameBytes - 4) {
            throw new ProtocolViolationException("frame length " + Integer.toUnsignedString(length)
                    + " is out of range, allowed are " + Frames.COUNTED_HEADER_BYTES + " to " + (maxFrameBytes - 4));
        }
        return length;
    }

    /** Finds out at the first wrong byte that somebody speaks another language. */
    private void checkHello(ByteBuf bytes, int start, int readable) {
        if (!expectsHello) {
            return;
        }
        int end = Math.min(readable - 4, HELLO_START.length);
        for (int i = 0; i < end; i++) {
            if (bytes.getByte(start + 4 + i) != HELLO_START[i]) {
                throw new ProtocolViolationException("this is no hello");
            }
        }
    }
}
