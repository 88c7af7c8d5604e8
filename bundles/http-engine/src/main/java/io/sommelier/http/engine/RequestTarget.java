package io.sommelier.http.engine;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a request line asks for. Immutable.
 *
 * @param rawPath the path as it came
 * @param path the path with its escapes resolved
 * @param segments those of the path, each resolved by itself: an escaped slash is part of its segment
 * @param rawQuery what follows the question mark, as it came; null when there is none
 * @param parameters those of the query, in their order
 */
record RequestTarget(
        String rawPath, String path, List<String> segments, String rawQuery, Map<String, List<String>> parameters) {

    /** The target {@code *} of an OPTIONS request. */
    static final RequestTarget SERVER = new RequestTarget("*", "*", List.of(), null, Map.of());

    /**
     * Reads an origin form ({@code /a?b=c}) or an absolute form ({@code http://host/a?b=c}).
     *
     * @throws IllegalArgumentException for any other form, a bad escape, a character that has no place in a URI, and
     *     segments {@code .} and {@code ..}, which a client is to resolve
     */
    static RequestTarget parse(String uri) {
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                throw new IllegalArgumentException("a character that has no place in a request target");
            }
        }
        String origin = originForm(uri);
        int question = origin.indexOf('?');
        String rawPath = question < 0 ? origin : origin.substring(0, question);
        String rawQuery = question < 0 ? null : origin.substring(question + 1);
        Map<String, List<String>> parameters = Map.of();
        if (rawQuery != null) {
            checkEscapes(rawQuery);
            parameters = new QueryStringDecoder(rawQuery, StandardCharsets.UTF_8, false, 1024, true).parameters();
        }
        List<String> segments = split(withoutLastSlash(rawPath));
        String path = rawPath;
        if (rawPath.indexOf('%') >= 0) {
            segments = segments.stream().map(RequestTarget::decode).toList();
            path = decode(rawPath);
        }
        if (segments.contains(".") || segments.contains("..")) {
            throw new IllegalArgumentException("a path with . or .. in it");
        }
        return new RequestTarget(rawPath, path, segments, rawQuery, parameters);
    }

    /** The key under which a route without variables is found. */
    String literal() {
        return rawPath.indexOf('%') < 0 ? withoutLastSlash(rawPath) : "/" + String.join("/", segments);
    }

    /** Whether an escaped slash makes {@link #literal} look like another path. */
    boolean hasEscapedSlash() {
        return rawPath.indexOf('%') >= 0 && segments.stream().anyMatch(segment -> segment.indexOf('/') >= 0);
    }

    static List<String> split(String path) {
        var segments = new ArrayList<String>(8);
        int start = 1;
        for (int slash = path.indexOf('/', 1); slash >= 0; slash = path.indexOf('/', start)) {
            segments.add(path.substring(start, slash));
            start = slash + 1;
        }
        segments.add(path.substring(start));
        return segments;
    }

    static String withoutLastSlash(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static String originForm(String uri) {
        if (uri.startsWith("/")) {
            return uri;
        }
        int scheme =
                uri.regionMatches(true, 0, "http://", 0, 7) ? 7 : uri.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
        if (scheme < 0 || scheme == uri.length()) {
            throw new IllegalArgumentException("a request target that is neither a path nor a URI");
        }
        int end = scheme;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        String rest = uri.substring(end);
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    private static void checkEscapes(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            byteAt(text, i);
        }
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                bytes.put(byteAt(text, i));
                i += 2;
            } else {
                bytes.put((byte) text.charAt(i));
            }
        }
        try {
            String decoded =
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            if (decoded.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
                throw new IllegalArgumentException("a path with a control character in it");
            }
            return decoded;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a path that is not UTF-8", e);
        }
    }

    private static byte byteAt(String text, int percent) {
        int high = percent + 2 < text.length() ? Character.digit(text.charAt(percent + 1), 16) : -1;
        int low = percent + 2 < text.length() ? Character.digit(text.charAt(percent + 2), 16) : -1;
        if (high < 0 || low < 0) {
            throw new IllegalArgumentException("an escape that is not % and two digits");
        }
        return (byte) (high << 4 | low);
    }
}
