package io.sommelier.gateway.http.internal.reply;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/** What a media type says of bytes. */
enum ContentKind {
    /** One JSON value, or several behind each other. */
    JSON,
    /** Text. */
    TEXT,
    /** Nothing is said: the bytes have to show it. */
    UNSAID,
    /** Neither. */
    BINARY;

    private static final Set<String> TEXTS = Set.of(
            "application/javascript",
            "application/x-www-form-urlencoded",
            "application/xml",
            "application/yaml",
            "application/x-yaml");
    private static final Set<String> UTF_8 = Set.of("utf-8", "utf8", "us-ascii");

    static ContentKind of(String type) {
        if (type.isBlank()) {
            return UNSAID;
        }
        String lower = type.toLowerCase(Locale.ROOT);
        if (!isUtf8(lower)) {
            return BINARY;
        }
        int semicolon = lower.indexOf(';');
        String name = (semicolon < 0 ? lower : lower.substring(0, semicolon)).trim();
        if (name.equals("application/json") || name.endsWith("+json") || name.equals("application/x-ndjson")) {
            return JSON;
        }
        return name.startsWith("text/") || name.endsWith("+xml") || TEXTS.contains(name) ? TEXT : BINARY;
    }

    private static boolean isUtf8(String type) {
        int at = type.indexOf("charset=");
        if (at < 0) {
            return true;
        }
        String rest = type.substring(at + "charset=".length());
        int end = rest.indexOf(';');
        return UTF_8.contains(
                (end < 0 ? rest : rest.substring(0, end)).replace("\"", "").trim());
    }

    /** Whether bytes of this kind can be written as text: UTF-8 without control characters but tab, CR and LF. */
    boolean isText(byte[] bytes) {
        if (this == BINARY) {
            return false;
        }
        boolean isAscii = true;
        for (byte b : bytes) {
            if (b < 0) {
                isAscii = false;
            } else if (b < ' ' && b != '\t' && b != '\r' && b != '\n' || b == 0x7f) {
                return false;
            }
        }
        return isAscii || isUtf8(bytes);
    }

    private static boolean isUtf8(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(Math.min(bytes.length, 4096));
        CoderResult result = decoder.decode(in, out, true);
        while (result.isOverflow()) {
            out.clear();
            result = decoder.decode(in, out, true);
        }
        return !result.isError();
    }
}
