# One Poisson trajectory model by flexmix, from one start: its log-likelihood and the seconds that `flexmix` took, by the
# clock and of the processor.
# Rscript flexmix.R COUNTS.csv
suppressPackageStartupMessages(library(flexmix))
wide <- read.csv(commandArgs(trailingOnly = TRUE)[1])
y <- as.matrix(wide[, -1])
age <- rep((seq_len(ncol(y)) - 1) / (ncol(y) - 1), nrow(y))
long <- data.frame(count = as.vector(t(y)), person = rep(seq_len(nrow(y)), each = ncol(y)), age = age, squared = age^2)
set.seed(1)
took <- system.time(fit <- flexmix(count ~ age + squared | person, data = long, k = 4,
                                   model = FLXMRglm(family = "poisson"), control = list(minprior = 0)))
cat(sprintf("%.6f %.6f %.6f\n", as.numeric(logLik(fit)), took[["elapsed"]], took[["user.self"]] + took[["sys.self"]]))
