package io.sommelier.gateway.http.internal.reply;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Server-sent events: an event for each part, with its ordinal as id. Text is the data of an event of the type that has no name, line by line; a line ends with CR, LF or both. Bytes that are no text are
 * Base64 in an event {@code base64}. A failure is an event {@code error}.
 */
final class EventFraming implements PartFraming {
    @Override
    public Optional<ByteBuffer> data(StreamedPart part) {
        byte[] bytes = part.payload().toBytes();
        ContentKind kind = ContentKind.of(part.type());
        var event = new ByteBuilder(bytes.length + 64).text("id: ").text(Long.toString(part.sequence()));
        if (kind.isText(bytes)) {
            int length = kind == ContentKind.JSON ? withoutLastBreak(bytes) : bytes.length;
            lines(event, bytes, length);
        } else {
            event.text("\nevent: base64\ndata: ").bytes(Base64.getEncoder().encode(bytes));
        }
        return Optional.of(event.text("\n\n").toBuffer());
    }

    @Override
    public Optional<ByteBuffer> end(StreamedPart terminal) {
        return terminal.payload().isEmpty() ? Optional.empty() : data(terminal);
    }

    @Override
    public Optional<ByteBuffer> failure(Problem problem) {
        return Optional.of(
                ByteBuffer.wrap(("event: error\ndata: " + problem.toJson() + "\n\n").getBytes(StandardCharsets.UTF_8)));
    }

    /** White space at the end of a JSON value says nothing, and would be an empty line of data. */
    private static int withoutLastBreak(byte[] bytes) {
        int length = bytes.length;
        while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
            length--;
        }
        return length;
    }

    private static void lines(ByteBuilder event, byte[] bytes, int length) {
        event.text("\ndata: ");
        int from = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                event.bytes(bytes, from, i - from).text("\ndata: ");
                boolean isPair = bytes[i] == '\r' && i + 1 < length && bytes[i + 1] == '\n';
                i += isPair ? 1 : 0;
                from = i + 1;
            }
        }
        event.bytes(bytes, from, length - from);
    }
}
