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
