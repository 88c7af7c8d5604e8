package io.sommelier.runtime.netty;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.kqueue.KQueue;
import io.netty.handler.ssl.OpenSsl;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ImmediateEventExecutor;

/**
 * Exceptions that Netty makes once and keeps for ever. The stack trace of each holds the class loader of every bundle
 * that was on the stack when its class was first used, also after that bundle was updated. Made here, they hold this
 * bundle alone.
 */
final class StaticExceptions {
    private StaticExceptions() {}

    static void touch() {
        GlobalEventExecutor.INSTANCE.inEventLoop();
        ImmediateEventExecutor.INSTANCE.inEventLoop();
        Epoll.isAvailable();
        KQueue.isAvailable();
        try {
            OpenSsl.isAvailable();
        } catch (LinkageError e) {
            // The native TLS library is not part of this bundle, and some of its classes are missing altogether.
        }
    }
}
