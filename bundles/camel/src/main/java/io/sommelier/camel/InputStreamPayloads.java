package io.sommelier.camel;

import io.sommelier.api.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The pieces of an input stream, each read when it is asked for, which may block. Confined to one thread at a time. */
final class InputStreamPayloads implements Iterator<Payload>, AutoCloseable {
    private static final int PIECE_BYTES = 64 << 10;

    private final InputStream in;
    private final Runnable whenClosed;
    private byte[] piece;
    private int length = -1;

    InputStreamPayloads(InputStream in, Runnable whenClosed) {
        this.in = in;
        this.whenClosed = whenClosed;
    }

    @Override
    public boolean hasNext() {
        if (length < 0) {
            try {
                piece = piece == null ? new byte[PIECE_BYTES] : piece;
                length = in.readNBytes(piece, 0, PIECE_BYTES);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return length > 0;
    }

    @Override
    public Payload next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Payload next = Payload.copyOf(ByteBuffer.wrap(piece, 0, length));
        length = -1;
        return next;
    }

    @Override
    public void close() throws IOException {
        try {
            in.close();
        } finally {
            whenClosed.run();
        }
    }
}
