package io.sommelier.gateway.http.internal.reply;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The bytes alone. */
final class RawFraming implements PartFraming {
    @Override
    public Optional<ByteBuffer> data(StreamedPart part) {
        return part.payload().isEmpty()
                ? Optional.empty()
                : Optional.of(part.payload().view());
    }

    @Override
    public Optional<ByteBuffer> end(StreamedPart terminal) {
        return data(terminal);
    }

    @Override
    public Optional<ByteBuffer> failure(Problem problem) {
        return Optional.empty();
    }
}
