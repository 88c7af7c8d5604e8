package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** Which route is found, and for how long a route that went is remembered; on a clock that the test sets. */
class RouteTableTest {
    private long now = 1_000;
    private final DefaultCamelContext context = new DefaultCamelContext(false);
    private final RouteTable table = new RouteTable(() -> now);

    private HttpConsumer serve(String path, boolean isPrefix, String... methods) {
        RouteEntry entry = entry(path, isPrefix, methods);
        table.add(entry);
        return entry.consumer();
    }

    private RouteEntry entry(String path, boolean isPrefix, String... methods) {
        var endpoint = new PlatformHttpEndpoint("platform-http:" + path, path, null);
        endpoint.setCamelContext(context);
        var consumer = new HttpConsumer(null, endpoint, exchange -> {});
        return RouteEntry.here(
                PathPattern.of(path, isPrefix), Set.of(methods), MediaTypes.ANY, MediaTypes.ANY, consumer);
    }

    private Object find(String method, String path) {
        RouteAnswer answer = table.find(method, RequestTarget.parse(path), null, false, null);
        return answer instanceof RouteAnswer.Found found
                ? found.consumer()
                : ((RouteAnswer.Refused) answer).status().code();
    }

    @Test
    void theMostSpecificPathWins() {
        HttpConsumer all = serve("/", true);
        HttpConsumer below = serve("/a", true);
        HttpConsumer variable = serve("/a/{x}", false);
        HttpConsumer literal = serve("/a/b", false);

        assertThat(find("GET", "/z")).isSameAs(all);
        assertThat(find("GET", "/a/b/c")).isSameAs(below);
        assertThat(find("GET", "/a/z")).isSameAs(variable);
        assertThat(find("GET", "/a/b")).isSameAs(literal);
        assertThat(find("GET", "/a/%62")).isSameAs(literal);
        assertThat(find("GET", "/a%2Fb")).isSameAs(all);
    }

    @Test
    void aRouteThatIsToComeIsAnswered503UntilItIsHereOrItsTimeIsOver() {
        serve("/first", false);
        table.expect(entry("/a", false), Duration.ofNanos(100));
        table.expect(entry("/never", false), Duration.ofNanos(100));

        assertThat(find("GET", "/a")).isEqualTo(503);
        HttpConsumer here = serve("/a", false);
        assertThat(find("GET", "/a")).isSameAs(here);
        now += 100;
        assertThat(find("GET", "/a")).isSameAs(here);
        assertThat(find("GET", "/never")).isEqualTo(404);
    }

    @Test
    void aRouteThatIsHereGoesOnWhileTheSameOneIsToCome() {
        HttpConsumer here = serve("/a", false);

        table.expect(entry("/a", false), Duration.ofNanos(100));

        assertThat(find("GET", "/a")).isSameAs(here);
    }

    @Test
    void aRouteThatWentIsAnswered503ForItsTimeAndThen404() {
        HttpConsumer consumer = serve("/a", false);
        serve("/b", false);

        table.remove(consumer, Duration.ofNanos(100));

        assertThat(find("GET", "/a")).isEqualTo(503);
        now += 99;
        assertThat(find("GET", "/a")).isEqualTo(503);
        now += 1;
        assertThat(find("GET", "/a")).isEqualTo(404);
    }

    @Test
    void aRouteThatIsSuspendedAndThenStopsIsAwayOnlyForItsTime() {
        HttpConsumer consumer = serve("/a", false);
        serve("/b", false);

        table.remove(consumer, Duration.ofDays(365));
        table.remove(consumer, Duration.ofNanos(100));

        assertThat(find("GET", "/a")).isEqualTo(503);
        now += 100;
        assertThat(find("GET", "/a")).isEqualTo(404);
    }

    @Test
    void aRouteThatWentDoesNotHandItsPathToALessSpecificOne() {
        serve("/", true);
        HttpConsumer consumer = serve("/a", false);

        table.remove(consumer, Duration.ofSeconds(1));

        assertThat(find("GET", "/a")).isEqualTo(503);
        assertThat(find("GET", "/b")).isNotEqualTo(503);
    }

    @Test
    void aRouteThatComesBackIsServedAtOnce() {
        HttpConsumer before = serve("/a", false);
        table.remove(before, Duration.ofSeconds(1));

        HttpConsumer after = serve("/a", false);

        assertThat(find("GET", "/a")).isSameAs(after);
    }

    @Test
    void oneMethodMayBeAwayWhileAnotherIsServed() {
        HttpConsumer get = serve("/a", false, "GET");
        HttpConsumer post = serve("/a", false, "POST");

        table.remove(get, Duration.ofSeconds(1));

        assertThat(find("GET", "/a")).isEqualTo(503);
        assertThat(find("POST", "/a")).isSameAs(post);
        assertThat(find("PUT", "/a")).isEqualTo(405);
    }

    @Test
    void noMorePathsAreRememberedThanABoundAllows() {
        for (int i = 0; i < 2000; i++) {
            table.remove(serve("/" + i, false), Duration.ofSeconds(1));
        }

        assertThat(find("GET", "/0")).isEqualTo(404);
        assertThat(find("GET", "/1999")).isEqualTo(503);
    }

    @Test
    void aPathThatIsNoPatternIsRefused() {
        for (String path : new String[] {"/{a}{b}", "/x{a}", "/{}", "/{a}/{a}", "/{a"}) {
            assertThatThrownBy(() -> PathPattern.of(path, false)).as(path).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
