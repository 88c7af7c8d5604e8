package io.sommelier.runtime.artemis;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * The settings of an {@link ArtemisRuntime}. Immutable.
 *
 * @param url an external broker, such as {@code tcp://broker:61616}, or empty for the embedded one
 * @param user who the controller is at an external broker; empty for nobody
 * @param password of that user
 * @param dataDirectory where the embedded broker keeps its journal
 * @param host the address on which the embedded broker listens
 * @param ports the ports on which it listens
 * @param realm the JAAS realm that knows its users; empty for none: then everybody is accepted, and {@code host} must be a loopback address
 * @param roles the roles of the realm that may do everything
 * @param limits what the embedded broker may hold
 * @param expiryScan how often it looks for expired messages of other protocols, 1 s to 1 h
 * @param retryFirst the wait before the broker is tried again for the first time, 10 ms to 1 h
 * @param retryMost what that wait grows to, at least {@code retryFirst}, at most 1 h
 */
public record ArtemisSettings(
        String url,
        String user,
        String password,
        Path dataDirectory,
        String host,
        Ports ports,
        String realm,
        Set<String> roles,
        Limits limits,
        Duration expiryScan,
        Duration retryFirst,
        Duration retryMost) {

    /** A port that is not listened on. */
    public static final int OFF = -1;

    private static final Duration LEAST_WAIT = Duration.ofMillis(10);
    private static final Duration MOST_WAIT = Duration.ofHours(1);

    /**
     * Where the embedded broker listens: a port each, 0 for any free one, {@link #OFF} for none. Controllers in the same JVM need none of them.
     *
     * @param core Artemis core and JMS clients
     * @param amqp AMQP 1.0
     * @param stomp STOMP
     * @param mqtt MQTT
     */
    public record Ports(int core, int amqp, int stomp, int mqtt) {
        /** Listens nowhere. */
        public static final Ports NONE = new Ports(OFF, OFF, OFF, OFF);

        /** @throws IllegalArgumentException naming the setting, its value and what is allowed, when one is out of range */
        public Ports {
            check("corePort", core, OFF, 65535);
            check("amqpPort", amqp, OFF, 65535);
            check("stompPort", stomp, OFF, 65535);
            check("mqttPort", mqtt, OFF, 65535);
        }

        boolean isListening() {
            return core != OFF || amqp != OFF || stomp != OFF || mqtt != OFF;
        }
    }

    /**
     * What the embedded broker may hold; what is above is refused, never paged.
     *
     * @param addressBytes the bytes of one {@code sommelier.*} address, 64 KiB to 1 TiB
     * @param totalBytes the bytes of all addresses, 1 MiB to 1 TiB
     */
    public record Limits(long addressBytes, long totalBytes) {
        /** @throws IllegalArgumentException naming the setting, its value and what is allowed, when one is out of range */
        public Limits {
            check("addressBytes", addressBytes, 64 << 10, 1L << 40);
            check("totalBytes", totalBytes, 1 << 20, 1L << 40);
        }
    }

    /** @throws IllegalArgumentException naming the setting, its value and what is allowed, when one is out of range */
    public ArtemisSettings {
        roles = Set.copyOf(roles);
        check("expiryScan", expiryScan, Duration.ofSeconds(1), MOST_WAIT);
        check("retryFirst", retryFirst, LEAST_WAIT, MOST_WAIT);
        check("retryMost", retryMost, retryFirst, MOST_WAIT);
        if (url.isEmpty() && realm.isEmpty() && ports.isListening() && !isLoopback(host)) {
            throw new IllegalArgumentException("host " + host + " is no loopback address and realm is empty: name the"
                    + " JAAS realm that knows the users, or listen on 127.0.0.1");
        }
        if (!realm.isEmpty() && roles.isEmpty()) {
            throw new IllegalArgumentException("roles is empty, allowed is at least one role of the realm " + realm);
        }
    }

    /**
     * The embedded broker with its journal in that directory, listening on loopback at the usual ports, for everybody; 256 MiB an address, a quarter of the heap but
     * at least 64 MiB in all; a scan every 5 s; tried again after 1 s to 30 s.
     */
    public static ArtemisSettings defaults(Path dataDirectory) {
        return new ArtemisSettings(
                "",
                "",
                "",
                dataDirectory,
                "127.0.0.1",
                new Ports(61616, 5672, 61613, 1883),
                "",
                Set.of("admin", "manager"),
                new Limits(256L << 20, Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4)),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30));
    }

    /** These settings, with an external broker. */
    public ArtemisSettings withUrl(String newUrl, String newUser, String newPassword) {
        return new ArtemisSettings(
                newUrl,
                newUser,
                newPassword,
                dataDirectory,
                host,
                ports,
                realm,
                roles,
                limits,
                expiryScan,
                retryFirst,
                retryMost);
    }

    /** These settings, listening elsewhere. */
    public ArtemisSettings withAddress(String newHost, Ports newPorts) {
        return new ArtemisSettings(
                url,
                user,
                password,
                dataDirectory,
                newHost,
                newPorts,
                realm,
                roles,
                limits,
                expiryScan,
                retryFirst,
                retryMost);
    }

    /** These settings, with users of a realm. */
    public ArtemisSettings withRealm(String newRealm, Set<String> newRoles) {
        return new ArtemisSettings(
                url,
                user,
                password,
                dataDirectory,
                host,
                ports,
                newRealm,
                newRoles,
                limits,
                expiryScan,
                retryFirst,
                retryMost);
    }

    /** These settings with other limits. */
    public ArtemisSettings withLimits(Limits newLimits) {
        return new ArtemisSettings(
                url,
                user,
                password,
                dataDirectory,
                host,
                ports,
                realm,
                roles,
                newLimits,
                expiryScan,
                retryFirst,
                retryMost);
    }

    /** These settings with other times. */
    public ArtemisSettings withTimes(Duration newExpiryScan, Duration newRetryFirst, Duration newRetryMost) {
        return new ArtemisSettings(
                url,
                user,
                password,
                dataDirectory,
                host,
                ports,
                realm,
                roles,
                limits,
                newExpiryScan,
                newRetryFirst,
                newRetryMost);
    }

    /** Everything but the password. */
    @Override
    public String toString() {
        return url.isEmpty()
                ? "ArtemisSettings[embedded in " + dataDirectory + ", " + host + " " + ports + ", realm '" + realm
                        + "', " + limits + "]"
                : "ArtemisSettings[" + withoutSecrets(url) + ", user '" + user + "']";
    }

    /** The scheme, hosts and ports of a URL: its parameters may hold passwords. */
    static String withoutSecrets(String url) {
        int end = url.indexOf('?');
        return end < 0 ? url : url.substring(0, end);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range, allowed are " + least + " to " + most);
        }
    }

    private static void check(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range, allowed are " + least + " to " + most);
        }
    }
}
