# What derive --code armadillo prints, for test_code.cpp to include.
set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${generated})
function(armagrad_generated_code name)
  add_custom_command(OUTPUT ${generated}/${name}.inc
    COMMAND derive ${ARGN} --code armadillo > ${generated}/${name}.inc
    DEPENDS derive VERBATIM)
  target_sources(apps_derive_test_code PRIVATE ${generated}/${name}.inc)
endfunction()

target_include_directories(apps_derive_test_code PRIVATE ${generated})
armagrad_generated_code(softmax_regression "-accu(Y % log_softmax(W'*X, 0))/n + 0.5*l2*accu(W % W)"
  --wrt W --var W:d,c --var X:d,n --var Y:c,n --var l2)
armagrad_generated_code(samples_as_rows "-accu(Y % log_softmax(X*W, 1))/n" --wrt W --var W:d,c --var X:n,d --var Y:n,c)
armagrad_generated_code(hessian_times_vector "-accu(Y % log_softmax(W'*X, 0))/n" --wrt W --along V
  --var W:d,c --var X:d,n --var Y:c,n)
armagrad_generated_code(perceptron "0.5*accu(square((A*relu((B*X).each_col() + b)) - Y))/n" --wrt A --wrt B --wrt b
  --var A:c,h --var B:h,d --var b:h,1 --var X:d,n --var Y:c,n)
armagrad_generated_code(gaussian "0.5*n*log_det(S) + 0.5*accu(X % solve(S, X))" --wrt S --var S:d,d --var X:d,n)
armagrad_generated_code(matrix_functions "trace(sinmat(X)*B) + trace(cosmat(X)*B) + accu(square(logmat(X*X' + eye(n, n))))"
  --wrt X --var X:n,n --var B:n,n)
armagrad_generated_code(logistic "accu(softplus(-y % (X*new)))/n + s*norm(new)" --wrt new --wrt s
  --var new:d,1 --var X:n,d --var y:n,1 --var s)
