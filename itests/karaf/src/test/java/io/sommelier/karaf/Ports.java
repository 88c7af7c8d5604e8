package io.sommelier.karaf;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where one Karaf listens. Immutable.
 *
 * @param tcp connectors
 * @param webSocket connectors, over WebSocket
 * @param http the HTTP engine
 * @param core the broker: core and JMS
 * @param amqp the broker: AMQP
 * @param stomp the broker: STOMP
 * @param ssh the shell
 * @param registry where JMX is looked up
 * @param jmx JMX
 */
record Ports(int tcp, int webSocket, int http, int core, int amqp, int stomp, int ssh, int registry, int jmx) {
    private static final int COUNT = 9;

    /** Below the ports that systems give to outgoing connections: those are taken at any time. */
    private static final int LEAST = 12_000;

    private static final int MOST = 32_000;

    /** Ports that are free now, no two the same. */
    static Ports free() {
        int[] ports = ThreadLocalRandom.current()
                .ints(LEAST, MOST)
                .distinct()
                .filter(Ports::isFree)
                .limit(COUNT)
                .toArray();
        return new Ports(ports[0], ports[1], ports[2], ports[3], ports[4], ports[5], ports[6], ports[7], ports[8]);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    /** The settings that say so, by PID. */
    Map<String, Map<String, String>> settings() {
        return Map.of(
                "io.sommelier.transport.tcp",
                Map.of("port", String.valueOf(tcp)),
                "io.sommelier.transport.websocket",
                Map.of("port", String.valueOf(webSocket)),
                "io.sommelier.http.engine",
                Map.of("port", String.valueOf(http)),
                "io.sommelier.runtime.artemis",
                Map.of(
                        "corePort", String.valueOf(core),
                        "amqpPort", String.valueOf(amqp),
                        "stompPort", String.valueOf(stomp),
                        "mqttPort", "-1"),
                "org.apache.karaf.shell",
                Map.of("sshPort", String.valueOf(ssh)),
                "org.apache.karaf.management",
                Map.of("rmiRegistryPort", String.valueOf(registry), "rmiServerPort", String.valueOf(jmx)));
    }
}
