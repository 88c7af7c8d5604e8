package io.sommelier.gateway.http.internal.reply;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Makes a part JSON values without line breaks, so that nothing in it can break the framing around it:
 *
 * <ul>
 *   <li>a part that is JSON, by its type or, where it has none, since it is a JSON object or array: its values, byte for byte but for line breaks between tokens, which become spaces
 *   <li>text: a JSON string
 *   <li>other bytes: an object with one member, {@value #BASE64}
 * </ul>
 */
final class JsonRecords {
    /** The member that holds bytes. */
    static final String BASE64 = "sommelier.base64";

    /** The member of the record that says how a reply failed. */
    static final String ERROR = "sommelier.error";

    /** Names of strangers are not to stay in the JVM's table of strings. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private JsonRecords() {}

    static List<ByteBuffer> of(StreamedPart part) {
        byte[] bytes = part.payload().toBytes();
        ContentKind kind = ContentKind.of(part.type());
        if (kind.isText(bytes)) {
            if (kind == ContentKind.JSON || kind == ContentKind.UNSAID && looksLikeObjectOrArray(bytes)) {
                List<ByteBuffer> values = values(bytes);
                if (!values.isEmpty() || kind == ContentKind.JSON && isBlank(bytes)) {
                    return values;
                }
            }
            return List.of(ByteBuffer.wrap(string(bytes)));
        }
        return List.of(new ByteBuilder(bytes.length * 4 / 3 + 32)
                .text("{\"" + BASE64 + "\":\"")
                .bytes(Base64.getEncoder().encode(bytes))
                .text("\"}")
                .toBuffer());
    }

    private static byte[] string(byte[] text) {
        byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(new String(text, StandardCharsets.UTF_8));
        byte[] string = new byte[quoted.length + 2];
        System.arraycopy(quoted, 0, string, 1, quoted.length);
        string[0] = '"';
        string[string.length - 1] = '"';
        return string;
    }

    /** The JSON values that these bytes are, in UTF-8 and on one line each; empty when they are anything else. */
    static List<ByteBuffer> values(byte[] bytes) {
        var starts = new ArrayList<Integer>(1);
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                starts.add((int) parser.currentTokenLocation().getByteOffset());
                parser.skipChildren();
                parser.finishToken();
            }
        } catch (IOException notJson) {
            return List.of();
        }
        var values = new ArrayList<ByteBuffer>(starts.size());
        for (int i = 0; i < starts.size(); i++) {
            int end = i + 1 < starts.size() ? starts.get(i + 1) : bytes.length;
            values.add(onOneLine(bytes, starts.get(i), end));
        }
        return values;
    }

    /** Inside a string a line break is not allowed, so every one that is there stands between tokens. */
    private static ByteBuffer onOneLine(byte[] bytes, int from, int to) {
        int end = to;
        while (end > from && isSpace(bytes[end - 1])) {
            end--;
        }
        for (int i = from; i < end; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                bytes[i] = ' ';
            }
        }
        return ByteBuffer.wrap(bytes, from, end - from);
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte b : bytes) {
            if (!isSpace(b)) {
                return false;
            }
        }
        return true;
    }

    private static boolean looksLikeObjectOrArray(byte[] bytes) {
        for (byte b : bytes) {
            if (!isSpace(b)) {
                return b == '{' || b == '[';
            }
        }
        return false;
    }
}
