package io.sommelier.gateway.http.internal.reply;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes JSON on one line. */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** What the writer writes. */
    public static String text(Writer writer) {
        var text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            writer.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("into memory", e);
        }
        return text.toString();
    }

    /** Writes one value. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes it.
         *
         * @throws IOException as the generator has it; into memory it does not happen
         */
        void write(JsonGenerator json) throws IOException;
    }
}
