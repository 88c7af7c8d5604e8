package io.sommelier.runtime.artemis;

import org.apache.activemq.artemis.api.core.client.ServerLocator;

/** One start of a broker, or one connection to it. Confined to the thread of its runtime. */
interface Broker {
    /**
     * Brings it up, which may take a while.
     *
     * @return where it is
     * @throws Exception saying why it cannot be brought up
     */
    String start() throws Exception;

    /** Whether it is still up. */
    boolean isAlive();

    /** The port of a protocol, or -1. */
    int port(String protocol);

    /** A fresh locator. */
    ServerLocator locator();

    /** Who we are, or empty. */
    String user();

    /** The password of {@link #user}. */
    String password();

    /** Takes it down; safe when half up. */
    void stop() throws Exception;
}
