package io.sommelier.gateway.http.internal.reply;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** One JSON array; {@link JsonRecords} says how a part becomes an element. It has its closing bracket only when the reply is whole. */
final class ArrayFraming implements PartFraming {
    private String before = "[";

    @Override
    public Optional<ByteBuffer> data(StreamedPart part) {
        List<ByteBuffer> records = JsonRecords.of(part);
        if (records.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(elements(records, part).toBuffer());
    }

    @Override
    public Optional<ByteBuffer> end(StreamedPart terminal) {
        List<ByteBuffer> records = terminal.payload().isEmpty() ? List.of() : JsonRecords.of(terminal);
        ByteBuilder rest = elements(records, terminal);
        return Optional.of(
                (before.equals("[") ? rest.text("[") : rest).text("]").toBuffer());
    }

    @Override
    public Optional<ByteBuffer> failure(Problem problem) {
        return Optional.empty();
    }

    private ByteBuilder elements(List<ByteBuffer> records, StreamedPart part) {
        var elements = new ByteBuilder(part.payload().size() + 16);
        for (ByteBuffer value : records) {
            elements.text(before).bytes(value);
            before = ",";
        }
        return elements;
    }
}
