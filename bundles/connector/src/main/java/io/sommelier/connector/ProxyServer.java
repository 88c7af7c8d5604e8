package io.sommelier.connector;

import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.sommelier.wire.HostPort;
import java.net.InetSocketAddress;

/**
 * The proxy through which controllers are dialled. Immutable; its text form names no password.
 *
 * @param isSocks SOCKS5, else CONNECT of HTTP
 * @param at where it is
 * @param user as whom to log in; empty for nobody
 * @param password of the user
 */
record ProxyServer(boolean isSocks, HostPort at, String user, String password) {
    private static final int MOST_OF_SOCKS = 255;

    /** @throws IllegalArgumentException when user or password cannot be told to a proxy of that kind */
    ProxyServer {
        if (!user.isEmpty()) {
            check("user", user, isSocks);
            check("password", password, isSocks);
        }
        if (!isSocks && user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("the user for the proxy has a colon, which ends it (RFC 7617)");
        }
    }

    /** The password is not told. */
    private static void check(String what, String text, boolean isSocks) {
        if (isSocks
                && (text.isEmpty()
                        || text.length() > MOST_OF_SOCKS
                        || text.chars().anyMatch(c -> c > '~'))) {
            throw new IllegalArgumentException("the " + what
                    + " for a SOCKS5 proxy is out of range, allowed are 1 to 255 characters of ASCII (RFC 1929)");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the " + what + " for the proxy has control characters");
        }
    }

    /** What stands first in the pipeline of a socket that goes through it. */
    ProxyHandler newHandler(InetSocketAddress resolved) {
        boolean isAnonymous = user.isEmpty();
        ProxyHandler handler;
        if (isSocks) {
            handler = isAnonymous ? new Socks5ProxyHandler(resolved) : new Socks5ProxyHandler(resolved, user, password);
        } else {
            handler = isAnonymous ? new HttpProxyHandler(resolved) : new HttpProxyHandler(resolved, user, password);
        }
        handler.setConnectTimeoutMillis(0); // the whole way has one limit
        return handler;
    }

    @Override
    public String toString() {
        return (isSocks ? "socks5://" : "http://") + at;
    }
}
