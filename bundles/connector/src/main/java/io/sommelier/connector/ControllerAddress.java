package io.sommelier.connector;

import io.sommelier.wire.HostPort;
import java.util.Locale;

/**
 * Where a controller is, and what is spoken to it. Immutable.
 *
 * @param text as it was given
 * @param at host and port
 * @param isSecure whether over TLS
 * @param path of a WebSocket, beginning with a slash; empty for bytes over TCP
 */
record ControllerAddress(String text, HostPort at, boolean isSecure, String path) {
    private static final String NO_SCHEME = "host:port";
    private static final String DEFAULT_PATH = "/sommelier";

    /**
     * Reads {@code host:port}, {@code tcp://host:port}, {@code tls://host:port}, {@code ws://host:port/path} or {@code wss://host:port/path}.
     *
     * @param isSecureWithoutScheme whether {@code host:port} means TLS
     * @throws IllegalArgumentException when the text is of no such form
     */
    static ControllerAddress parse(String text, boolean isSecureWithoutScheme) {
        String trimmed = text.trim();
        int end = trimmed.indexOf("://");
        String scheme = end < 0 ? NO_SCHEME : trimmed.substring(0, end).toLowerCase(Locale.ROOT);
        String rest = end < 0 ? trimmed : trimmed.substring(end + 3);
        return switch (scheme) {
            case NO_SCHEME -> new ControllerAddress(trimmed, HostPort.parse(rest), isSecureWithoutScheme, "");
            case "tcp" -> new ControllerAddress(trimmed, HostPort.parse(rest), false, "");
            case "tls" -> new ControllerAddress(trimmed, HostPort.parse(rest), true, "");
            case "ws" -> webSocket(trimmed, rest, false);
            case "wss" -> webSocket(trimmed, rest, true);
            default ->
                throw new IllegalArgumentException(
                        "'" + trimmed + "' is no address, allowed are host:port, and tcp, tls, ws or wss before ://");
        };
    }

    private static ControllerAddress webSocket(String text, String rest, boolean isSecure) {
        int slash = rest.indexOf('/');
        HostPort at = HostPort.parse(slash < 0 ? rest : rest.substring(0, slash));
        String path = slash < 0 ? DEFAULT_PATH : rest.substring(slash);
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) <= ' ' || path.charAt(i) > '~') {
                throw new IllegalArgumentException("'" + text + "' has a path that is not printable ASCII");
            }
        }
        return new ControllerAddress(text, at, isSecure, path);
    }

    boolean isWebSocket() {
        return !path.isEmpty();
    }

    /** As it was given. */
    @Override
    public String toString() {
        return text;
    }
}
