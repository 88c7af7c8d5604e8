package io.sommelier.gateway.http.internal.request;

import io.sommelier.api.ErrorCode;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.Message;

/**
 * Which web pages may send requests. A browser names the origin of the page in a header; without this check every page that a user of this machine looks at could send commands, since a loopback
 * address is no barrier to his browser. Requests without that header are from programs. Immutable.
 *
 * @param allowed origins such as {@code https://shop.example.org}, in lower case; {@code *} for all
 */
public record Origins(Set<String> allowed) {
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "[::1]");

    /** Copies the set. */
    public Origins {
        allowed = Set.copyOf(allowed);
    }

    /**
     * Refuses a request of a page that is neither allowed nor served by this server under a loopback name.
     *
     * @throws RequestRefusedException when it is refused
     */
    public void check(Message request) {
        Object header = request.getHeader("Origin");
        if (header == null || allowed.contains("*")) {
            return;
        }
        String origin = header.toString().toLowerCase(Locale.ROOT);
        if (!allowed.contains(origin) && !isHere(origin, String.valueOf(request.getHeader("Host")))) {
            throw RequestRefusedException.of(
                    ErrorCode.FORBIDDEN,
                    "pages of the origin " + RequestRefusedException.shown(origin)
                            + " may not send requests (allowedOrigins of io.sommelier.gateway.http)");
        }
    }

    /** A name that is no loopback name may be anybody's: names can be made to point here. */
    private static boolean isHere(String origin, String host) {
        try {
            URI page = URI.create(origin);
            String name = page.getHost();
            return name != null && HERE.contains(name) && page.getRawAuthority().equals(host.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException notAUri) {
            return false;
        }
    }
}
