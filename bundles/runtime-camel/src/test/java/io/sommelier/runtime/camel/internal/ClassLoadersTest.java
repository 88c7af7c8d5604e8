package io.sommelier.runtime.camel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;

/** The class loader of a bundle goes with its context. Run with soft references off, see the pom. */
class ClassLoadersTest {
    @Test
    void theLoaderOfAReleasedContextsRoutesIsCollected() throws Exception {
        try (var single = new SingleContext("org.example.app")) {
            WeakReference<ClassLoader> loader = useOnce(single);

            await().atMost(Duration.ofSeconds(20)).until(() -> {
                System.gc();
                return loader.refersTo(null);
            });
        }
    }

    private static WeakReference<ClassLoader> useOnce(SingleContext single) throws Exception {
        URL classes = AppRoutes.class.getProtectionDomain().getCodeSource().getLocation();
        try (var loader = new AppLoader(classes)) {
            var routes = (RouteBuilder)
                    loader.loadClass(AppRoutes.class.getName()).getConstructor().newInstance();
            assertThat(routes.getClass().getClassLoader()).isSameAs(loader);

            CamelContext context = single.create();
            context.addRoutes(routes);
            context.start();
            try (var template = context.createProducerTemplate()) {
                assertThat(template.requestBody("direct:app", "x", String.class))
                        .isEqualTo("x by bean");
            }
            single.release(context);
            return new WeakReference<>(loader);
        }
    }

    /** Loads the routes itself, as a bundle does, and all else from its parent. */
    private static final class AppLoader extends URLClassLoader {
        AppLoader(URL classes) {
            super(new URL[] {classes}, ClassLoadersTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith(AppRoutes.class.getName())) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
            return super.loadClass(name, resolve);
        }
    }
}
