package io.sommelier.gateway.http.internal.reply;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Writes the parts of one reply, in order. Confined to one thread at a time. */
interface PartFraming {
    /** A DATA part; empty when nothing of it is to be written. */
    Optional<ByteBuffer> data(StreamedPart part);

    /** The end of a reply that completed, with what the terminal has; empty when nothing is to be written. */
    Optional<ByteBuffer> end(StreamedPart terminal);

    /** A record that says how the reply failed; empty when only breaking off can say so. */
    Optional<ByteBuffer> failure(Problem problem);
}
