package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every setting has a default and a range, all that is wrong is said at once, and file, tools and README show the same keys. */
@Timeout(60)
class GatewaySettingsTest {
    private static final Path FILE = Path.of("..", "..", "config", "io.sommelier.gateway.http.cfg");
    private static final Pattern KEY = Pattern.compile("#?([a-zA-Z]+) =(.*)");

    @Test
    void everyViolationIsNamedWithItsKey() {
        assertThatThrownBy(() -> GatewaySettings.read(Map.of(
                        "maxTtl", "169h",
                        "passHeaders", "X-A, Authorization",
                        "returnHeaders", "a b",
                        "allowedOrigins", "shop",
                        "results", "0",
                        "operatorPaths", "yes")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("io.sommelier.gateway.http")
                .hasMessageContaining("maxTtl = 169h (allowed: 1s to 604800s")
                .hasMessageContaining("passHeaders: 'Authorization' is never passed on")
                .hasMessageContaining("returnHeaders: 'a b' is no header name")
                .hasMessageContaining("allowedOrigins: shop (allowed: * or origins")
                .hasMessageContaining("results = 0")
                .hasMessageContaining("operatorPaths = yes (allowed: true or false)");
    }

    @Test
    void theUsualTimeToLiveIsNotLongerThanTheLongest() {
        assertThatThrownBy(() -> GatewaySettings.read(Map.of("maxTtl", "10s")))
                .hasMessageContaining("defaultTtl = 30000ms (allowed: at most maxTtl, 10s)");
        assertThat(GatewaySettings.read(Map.of("maxTtl", "10s", "defaultTtl", "10s"))
                        .requests()
                        .defaultTtl())
                .isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @CsvSource({
        "X-Tenant,true",
        "x-tenant,true",
        "X-A,false",
        "Trace-Id,true",
        "trace,false",
        "cookie,false",
        "sommelier-ttl,false",
        "content-type,false"
    })
    void headersAreChosenByNameOrBeginning(String name, boolean isChosen) {
        GatewaySettings settings = GatewaySettings.read(Map.of("passHeaders", "X-Tenant, trace-*,, "));

        assertThat(settings.requests().passed().has(name)).isEqualTo(isChosen);
    }

    @Test
    void toolsShowTheDefaultsThatAreInEffect() throws Exception {
        GatewaySettings defaults = GatewaySettings.read(Map.of());
        for (var attribute : GatewayConfiguration.class.getDeclaredMethods()) {
            Object shown = attribute.getDefaultValue();
            if (shown != null) {
                assertThat(GatewaySettings.read(Map.of(attribute.getName(), shown)))
                        .as(attribute.getName())
                        .isEqualTo(defaults);
            }
        }
    }

    @Test
    void theFileNamesEveryKeyOnceAndShowsItsDefault() throws Exception {
        var keys = new ArrayList<String>();
        var values = new HashMap<String, String>();
        for (String line : Files.readAllLines(FILE)) {
            Matcher matcher = KEY.matcher(line);
            if (matcher.matches()) {
                keys.add(matcher.group(1));
                if (!matcher.group(2).isBlank()) {
                    values.put(matcher.group(1), matcher.group(2).trim());
                }
            }
        }

        assertThat(keys).containsExactlyInAnyOrderElementsOf(names());
        assertThat(GatewaySettings.read(values)).isEqualTo(GatewaySettings.read(Map.of()));
    }

    @Test
    void theReadmeHasARowForEveryKey() throws Exception {
        String readme = Files.readString(Path.of("README.md"));

        for (String name : names()) {
            assertThat(readme).contains("\n| `" + name + "` | ");
        }
    }

    private static TreeSet<String> names() {
        var names = new TreeSet<String>();
        for (var attribute : GatewayConfiguration.class.getDeclaredMethods()) {
            names.add(attribute.getName());
        }
        return names;
    }
}
