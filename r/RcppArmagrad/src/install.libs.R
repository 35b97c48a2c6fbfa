# The package's own library, and the engine for those that link to it: without debugging information, which is most of them.
libs <- file.path(R_PACKAGE_DIR, paste0("libs", R_ARCH))
lib <- file.path(R_PACKAGE_DIR, "lib")
files <- c(file.path(libs, paste0("RcppArmagrad", SHLIB_EXT)), file.path(lib, "libarmagrad.a"))
for (folder in c(libs, lib)) dir.create(folder, recursive = TRUE, showWarnings = FALSE)
file.copy(basename(files), files, overwrite = TRUE)
strip <- Sys.which("strip")
if (nzchar(strip)) for (file in files) system2(strip, c("-S", shQuote(file)))
