package io.sommelier.wire;

/**
 * Where somebody listens. Immutable. The name is not looked up here.
 *
 * @param host a name or a numeric address
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {

    /** @throws IllegalArgumentException when the host is empty or the port out of range */
    public HostPort {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host is empty, allowed is a name or an address");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is out of range, allowed are 1 to 65535");
        }
    }

    /**
     * Reads {@code host:port}; an IPv6 address stands in brackets, {@code [::1]:7007}.
     *
     * @throws IllegalArgumentException when the text is not of that form
     */
    public static HostPort parse(String text) {
        String trimmed = text.trim();
        int colon = trimmed.lastIndexOf(':');
        String host = colon < 0 ? "" : trimmed.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isEmpty() || !bracketed && host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("'" + trimmed + "' is no address, allowed is host:port or [IPv6]:port");
        }
        int port;
        try {
            port = Integer.parseInt(trimmed.substring(colon + 1));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("'" + trimmed + "' has no port after the colon, allowed are 1 to 65535");
        }
        return new HostPort(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    /** {@code host:port}, with brackets around an IPv6 address. */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
