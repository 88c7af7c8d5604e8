package io.sommelier.gateway.http.internal.reply;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** JSON values, each on a line of its own; {@link JsonRecords} says how a part becomes one. */
final class LineFraming implements PartFraming {
    @Override
    public Optional<ByteBuffer> data(StreamedPart part) {
        List<ByteBuffer> records = JsonRecords.of(part);
        if (records.isEmpty()) {
            return Optional.empty();
        }
        var lines = new ByteBuilder(part.payload().size() + 16);
        records.forEach(value -> lines.bytes(value).text("\n"));
        return Optional.of(lines.toBuffer());
    }

    @Override
    public Optional<ByteBuffer> end(StreamedPart terminal) {
        return terminal.payload().isEmpty() ? Optional.empty() : data(terminal);
    }

    @Override
    public Optional<ByteBuffer> failure(Problem problem) {
        return Optional.of(ByteBuffer.wrap(
                ("{\"" + JsonRecords.ERROR + "\":" + problem.toJson() + "}\n").getBytes(StandardCharsets.UTF_8)));
    }
}
