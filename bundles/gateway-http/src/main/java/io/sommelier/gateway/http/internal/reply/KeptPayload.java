package io.sommelier.gateway.http.internal.reply;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sommelier.api.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * A payload as it is shown inside JSON. Immutable.
 *
 * @param type its media type, or empty
 * @param payload its bytes
 */
public record KeptPayload(String type, Payload payload) {
    /** As given. */
    public KeptPayload {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(payload, "payload");
    }

    /** Writes members of an object: {@code contentType}, {@code bytes}, and one of {@code json}, {@code text} and {@code base64}. */
    public void write(JsonGenerator json) throws IOException {
        writeSize(json);
        byte[] bytes = payload.toBytes();
        ContentKind kind = ContentKind.of(type);
        if (!kind.isText(bytes)) {
            json.writeFieldName("base64");
            json.writeBinary(bytes);
            return;
        }
        List<ByteBuffer> values = kind == ContentKind.JSON ? JsonRecords.values(bytes) : List.of();
        if (values.size() == 1) {
            json.writeFieldName("json");
            json.writeRawValue(StandardCharsets.UTF_8.decode(values.get(0)).toString());
        } else {
            json.writeStringField("text", payload.asText());
        }
    }

    /** Writes {@code contentType} and {@code bytes} alone. */
    public void writeSize(JsonGenerator json) throws IOException {
        if (!type.isEmpty()) {
            json.writeStringField("contentType", type);
        }
        json.writeNumberField("bytes", payload.size());
    }
}
