package io.sommelier.runtime.artemis.internal;

import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.spi.SettingsReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes settings of properties. */
final class ConfigReader {
    private ConfigReader() {}

    /**
     * Reads the settings, with the journal below the data directory of Karaf.
     *
     * @throws IllegalArgumentException naming every one that is out of range
     */
    static ArtemisSettings read(Map<String, ?> properties) {
        return read(properties, Path.of(System.getProperty("karaf.data", "data")));
    }

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException naming every one that is out of range
     */
    static ArtemisSettings read(Map<String, ?> properties, Path data) {
        SettingsReader reader = new SettingsReader(ArtemisConfig.PID, properties);
        String directory = reader.text("dataDirectory", "artemis");
        ArtemisSettings base = ArtemisSettings.defaults(data.resolve(directory));
        String url = reader.text("url", "");
        String user = reader.text("user", "");
        String password = reader.text("password", "");
        String host = reader.text("host", base.host());
        int core = reader.integer("corePort", base.ports().core(), -1, 65535);
        int amqp = reader.integer("amqpPort", base.ports().amqp(), -1, 65535);
        int stomp = reader.integer("stompPort", base.ports().stomp(), -1, 65535);
        int mqtt = reader.integer("mqttPort", base.ports().mqtt(), -1, 65535);
        String realm = reader.text("realm", "");
        String roles = reader.text("roles", "admin,manager");
        long address = reader.number("addressBytes", base.limits().addressBytes(), 64 << 10, 1L << 40);
        long total = reader.number("totalBytes", base.limits().totalBytes(), 1 << 20, 1L << 40);
        Duration least = Duration.ofMillis(10);
        Duration most = Duration.ofHours(1);
        Duration scan = reader.duration("expiryScan", base.expiryScan(), Duration.ofSeconds(1), most);
        Duration first = reader.duration("retryFirst", base.retryFirst(), least, most);
        Duration last = reader.duration("retryMost", base.retryMost(), least, most);
        ArtemisSettings settings = base;
        try {
            settings = base.withUrl(url, user, password)
                    .withRealm(realm, split(roles))
                    .withAddress(host, new ArtemisSettings.Ports(core, amqp, stomp, mqtt))
                    .withLimits(new ArtemisSettings.Limits(address, total))
                    .withTimes(scan, first, last);
        } catch (IllegalArgumentException e) { // what only several keys together show
            reader.violation(e.getMessage());
        }
        reader.check();
        return settings;
    }

    private static Set<String> split(String list) {
        return Arrays.stream(list.split(","))
                .map(String::trim)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }
}
